// The kinds of sagas: their steps, and how well and how fast each went lately.
import { h } from './preact.js';
import { duration, number } from './format.js';
import { Badge, Head, Loaded } from './ui.js';
import { step } from './words.js';

function Rate({ share }) {
  const percent = Math.round(share * 1000) / 10;
  return h(Badge, { of: share >= 0.99 ? { tone: 'good', icon: 'check' } : share >= 0.9 ? { tone: 'warn', icon: 'alert' } : { tone: 'bad', icon: 'alert' },
    text: `${percent} %` });
}

function Steps({ definition, kind }) {
  const calls = definition.calls.filter((call) => (call.kind === 'COMPENSATION') === (kind === 'COMPENSATION'));
  return calls.length ? h('table', { class: 'list aligned' },
    h(Head, { names: [kind === 'COMPENSATION' ? 'Undoing' : 'Step', 'Calls#', 'Succeeded', 'Attempts for each#', 'Half within#', '99 of 100 within#'] }),
    h('tbody', null, calls.map((call) => h('tr', { key: call.step },
      h('th', { scope: 'row' }, step(call.step, call.kind), h('div', { class: 'code' }, call.step)),
      h('td', { 'data-label': 'Calls', class: 'number' }, number(call.calls)),
      h('td', { 'data-label': 'Succeeded' }, call.calls ? h(Rate, { share: call.succeeded / call.calls }) : '–'),
      h('td', { 'data-label': 'Attempts for each', class: 'number' }, call.calls ? (call.attempts / call.calls).toFixed(2) : '–'),
      h('td', { 'data-label': 'Half within', class: 'number' }, call.calls ? duration(call.p50Millis) : '–'),
      h('td', { 'data-label': '99 of 100 within', class: 'number' }, call.calls ? duration(call.p99Millis) : '–'))))) : null;
}

export function SagasPage() {
  return h('div', null, h('h1', null, 'Sagas'),
    h(Loaded, { path: '/ops/saga-definitions', key: 'sagas', every: 5000 }, ({ definitions }) => h('div', null, definitions.map((definition) =>
      h('section', { class: 'panel', 'aria-labelledby': `saga-${definition.name}`, key: definition.name },
        h('h2', { id: `saga-${definition.name}` }, definition.name.charAt(0).toUpperCase() + definition.name.slice(1)),
        h('p', { class: 'muted' }, definition.sagas ? `The latest ${number(definition.sagas)} that have ended.` : 'None has ended yet.'),
        h(Steps, { definition, kind: 'ACTION' }), h(Steps, { definition, kind: 'COMPENSATION' }))))));
}
