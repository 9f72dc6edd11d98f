// The views that queries read: how far behind they are, and how they are mended.
import { h } from './preact.js';
import { duration, number } from './format.js';
import { Action } from './action.js';
import { Loaded, Time } from './ui.js';
import { Views } from './page-now.js';

/** Where each rebuild was when this page first saw it. */
const first = new Map();

function Progress({ view }) {
  const { rebuild } = view;
  const behind = rebuild.lagEvents;
  const key = `${view.name} ${rebuild.generation}`;
  if (!first.has(key)) {
    first.set(key, { behind, at: Date.now() });
  }
  const begun = first.get(key);
  const done = Math.max(0, begun.behind - behind);
  const left = done ? duration(((Date.now() - begun.at) / done) * behind) : null;
  return h('div', null, h('progress', { max: Math.max(1, begun.behind), value: done, 'aria-label': `Rebuild of ${view.name}` }),
    h('div', { class: 'muted' }, `${number(behind)} events to go${left ? `, about ${left}` : ''}; begun at `, h(Time, { at: rebuild.startedAt })));
}

function mend(view, reload) {
  const base = `/ops/projections/${view.name}`;
  return h('div', { class: 'actions' },
    view.rebuild ? h(Progress, { view }) : h(Action, { path: `${base}/rebuild`, text: 'Rebuild', title: `Rebuild ${view.name}`, done: reload,
      explains: 'The view is filled anew from the first event, beside the present one, which answers until the new one has caught up.' }),
    view.state === 'STOPPED' ? h(Action, { path: `${base}/resume`, text: 'Resume', title: `Resume ${view.name}`, primary: true, done: reload,
      explains: 'The view goes on where it stopped. Mend the cause first.' }) : null);
}

export function ViewsPage() {
  return h('div', null, h('h1', null, 'Views'), h('p', { class: 'muted' }, 'What lists and searches read. Orders and money are right whatever a view says.'),
    h(Loaded, { path: '/ops/projections', key: 'views', every: 2000 }, ({ projections }, reload) =>
      h(Views, { projections, actions: (view) => mend(view, reload) })));
}
