// How the shop does now. One look says whether all is well.
import { Component, h } from './preact.js';
import { duration, number, withTimes } from './format.js';
import { live, onOverview } from './live.js';
import { href } from './router.js';
import { Badge, Head, Icon, Loaded, Time } from './ui.js';
import { STATE, reason, step } from './words.js';

const BREAKER = {
  CLOSED: { text: 'closed', tone: 'good', icon: 'check' },
  OPEN: { text: 'open', tone: 'bad', icon: 'alert' },
  HALF_OPEN: { text: 'half-open', tone: 'warn', icon: 'clock' },
};
const VIEW = {
  RUNNING: { text: 'running', tone: 'good', icon: 'check' },
  REBUILDING: { text: 'being rebuilt', tone: 'busy', icon: 'clock' },
  FAILING: { text: 'failing', tone: 'warn', icon: 'alert' },
  STOPPED: { text: 'stopped', tone: 'bad', icon: 'alert' },
};

function Verdict({ overview }) {
  return overview.well
    ? h('p', { class: 'verdict good', role: 'status' }, h(Icon, { name: 'check' }), ' All is well.')
    : h('div', { class: `verdict ${overview.concerns[0].severity}`, role: 'status' }, h('h2', { class: 'verdict-head' }, h(Icon, { name: 'alert' }),
      overview.concerns[0].severity === 'bad' ? 'Somebody must act.' : 'Something needs attention.'),
    h('ul', null, overview.concerns.map((concern) => h('li', { key: concern.text }, h('a', { href: `#${concern.page}` }, withTimes(concern.text))))));
}

function Figure({ name, value, note, link }) {
  return h('div', { class: 'figure' }, h('dt', null, name), h('dd', null, h('span', { class: 'value' }, link ? h('a', { href: link }, value) : value),
    note ? h('span', { class: 'muted' }, note) : null));
}

function Figures({ overview }) {
  const rate = (status) => overview.perSecond[status] || 0;
  const total = Object.values(overview.perSecond).reduce((sum, each) => sum + each, 0);
  const { toConfirmed, orders, queue } = overview;
  const count = (state) => overview.sagas.filter((group) => group.state === state).reduce((sum, group) => sum + group.sagas, 0);
  return h('dl', { class: 'figures' },
    h(Figure, { name: 'Orders per second', value: total.toFixed(1),
      note: `${rate('CONFIRMED').toFixed(1)} confirmed, ${rate('CANCELLED').toFixed(1)} cancelled, ${rate('PENDING').toFixed(1)} under way` }),
    h(Figure, { name: 'Time to confirmed', value: toConfirmed ? duration(toConfirmed.p50Millis) : '–',
      note: toConfirmed ? `half of the orders; 99 of 100 within ${duration(toConfirmed.p99Millis)}` : 'none was confirmed in the last five minutes' }),
    h(Figure, { name: 'Under way', value: number(count('RUNNING') + count('COMPENSATING')), note: `${number(count('COMPENSATING'))} being undone`,
      link: href('/orders', { status: 'PENDING' }) }),
    h(Figure, { name: 'Need an operator', value: number(count('COMPENSATION_FAILED')), link: href('/orders', { state: 'COMPENSATION_FAILED' }) }),
    h(Figure, { name: 'Wait for the payment provider', value: number(queue.now.waiting), link: '#/payments',
      note: queue.emptyAt ? ['none any more at about ', h(Time, { at: queue.emptyAt })] : queue.now.waiting ? 'the queue does not get shorter' : '' }),
    h(Figure, { name: 'Orders so far', value: number(Object.values(orders).reduce((sum, each) => sum + each, 0)),
      note: `${number(orders.CONFIRMED || 0)} confirmed, ${number(orders.CANCELLED || 0)} cancelled` }));
}

function Positions({ sagas }) {
  return h('section', { class: 'panel', 'aria-labelledby': 'positions' }, h('h2', { id: 'positions' }, 'Where they are'),
    sagas.length ? h('table', { class: 'list' }, h(Head, { names: ['Where', 'State', 'Because', 'How many#', 'Retried#', 'The first since'] }),
      h('tbody', null, sagas.map((group) => h('tr', { key: [group.definition, group.state, group.step, group.code].join() },
        h('th', { scope: 'row' }, group.definition === 'order'
          ? h('a', { href: href('/orders', { state: group.state, step: group.step }) }, step(group.step, group.state === 'RUNNING' ? 'ACTION' : 'COMPENSATION') || 'not known')
          : `${group.definition}: ${group.step}`),
        h('td', { 'data-label': 'State' }, h(Badge, { of: STATE[group.state] })),
        h('td', { 'data-label': 'Because' }, group.code ? reason(group.code) : ''),
        h('td', { 'data-label': 'How many', class: 'number' }, number(group.sagas)),
        h('td', { 'data-label': 'Retried', class: 'number' }, number(group.retrying)),
        h('td', { 'data-label': 'The first since' }, h(Time, { at: group.oldest }))))))
      : h('p', { class: 'empty' }, 'Nothing is under way.'));
}

/** A strip for each node: the share of failed calls in its window. */
function Strip({ breaker }) {
  return h('div', { class: 'strip' },
    h('svg', { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      h('rect', { class: 'strip-all', width: 100, height: 8 }), h('rect', { class: 'strip-failed', width: breaker.failureRate, height: 8 })),
    h('span', { class: 'muted' }, `${Math.round(breaker.failureRate)} % of ${breaker.calls} calls failed`));
}

export function Nodes({ nodes }) {
  return h('section', { class: 'panel', 'aria-labelledby': 'nodes' }, h('h2', { id: 'nodes' }, 'Nodes'),
    h('table', { class: 'list' }, h(Head, { names: ['Node', 'Member', 'Carries', 'Breaker', 'Its window', 'Shards', 'Up since'] }),
      h('tbody', null, nodes.map((node) => h('tr', { key: node.address },
        h('th', { scope: 'row' }, node.address),
        h('td', { 'data-label': 'Member' }, h(Badge, { of: node.reachable && node.status === 'Up' ? { tone: 'good', icon: 'check' } : { tone: 'warn', icon: 'alert' },
          text: node.reachable ? node.status : `${node.status}, not reachable` })),
        h('td', { 'data-label': 'Carries' }, node.roles.join(', ')),
        h('td', { 'data-label': 'Breaker' }, (node.breakers || []).map((breaker) => h(Badge, { of: BREAKER[breaker.state],
          text: BREAKER[breaker.state].text + (breaker.forced ? ', forced' : ''), key: breaker.name }))),
        h('td', { 'data-label': 'Its window' }, (node.breakers || []).map((breaker) => h(Strip, { breaker, key: breaker.name }))),
        h('td', { 'data-label': 'Shards' }, node.shards ? Object.entries(node.shards).map(([kind, shards]) => `${kind.replace('saga-', '')} ${shards}`).join(', ') : ''),
        h('td', { 'data-label': 'Up since' }, node.startedAt ? h(Time, { at: node.startedAt }) : ''))))));
}

export function Views({ projections, actions }) {
  return h('section', { class: 'panel', 'aria-labelledby': 'views' }, h('h2', { id: 'views' }, actions ? 'All views' : 'Views'),
    h('table', { class: 'list middle' }, h(Head, { names: ['View', 'State', 'Behind', 'Parked#', ...(actions ? ['Mend'] : [])] }),
      h('tbody', null, projections.map((view) => h('tr', { key: view.name },
        h('th', { scope: 'row' }, view.name),
        h('td', { 'data-label': 'State' }, h(Badge, { of: VIEW[view.state] }), view.error ? h('div', { class: 'error' }, view.error) : null),
        h('td', { 'data-label': 'Behind' }, `${duration(view.lagSeconds * 1000)}, ${number(view.lagEvents)} events`),
        h('td', { 'data-label': 'Parked', class: 'number' }, number(view.parked)),
        actions ? h('td', { 'data-label': 'Mend' }, actions(view)) : null)))));
}

function Shown({ overview }) {
  return h('div', null, h(Verdict, { overview }), h(Figures, { overview }), h(Positions, { sagas: overview.sagas }), h(Nodes, { nodes: overview.nodes }),
    h(Views, { projections: overview.projections }));
}

export class NowPage extends Component {
  componentDidMount() {
    this.end = onOverview(() => this.setState({}));
  }

  componentWillUnmount() {
    this.end();
  }

  render() {
    return h('div', null, h('h1', null, 'Now'),
      live.overview ? h(Shown, { overview: live.overview }) : h(Loaded, { path: '/ops/overview' }, (overview) => h(Shown, { overview })));
  }
}
