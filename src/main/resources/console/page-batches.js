// One action on many orders: select, look at how many there are, confirm by typing their number, watch.
import { Component, h } from './preact.js';
import { post } from './api.js';
import { number, shortId } from './format.js';
import { whenChanged } from './live.js';
import { go, href } from './router.js';
import { session } from './session.js';
import { Badge, Head, Loaded, ProblemNote, Time } from './ui.js';
import { ORDER_STEPS, REASONS, STATE, reason, step } from './words.js';

const ACTIONS = { RETRY_COMPENSATION: 'Retry what failed', CANCEL: 'Cancel the orders' };

function words(selection) {
  return selection.split(', ').map((filter) => {
    const [name, ...value] = filter.split(' ');
    const text = value.join(' ');
    return { state: STATE[text]?.text, reason: reason(text), step: `at: ${step(text)}`, q: text }[name] || filter;
  }).join(', ') || 'all orders';
}

class Making extends Component {
  async submit(event) {
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value !== ''));
    try {
      const batch = await post('/ops/batches', given);
      go(href('/batches', { id: batch.batchId }));
    } catch (problem) {
      this.setState({ problem });
    }
  }

  render(props, { problem, action = 'RETRY_COMPENSATION' }) {
    const retry = action === 'RETRY_COMPENSATION';
    const lacks = session.may('ops:write') ? '' : 'Needs the scope ops:write';
    return h('form', { class: 'panel', onSubmit: (event) => this.submit(event), 'aria-labelledby': 'make' }, h('h2', { id: 'make' }, 'Make a batch'),
      problem ? h(ProblemNote, { problem }) : null,
      h('div', { class: 'fields' },
        h('label', null, 'Do', h('select', { name: 'action', onChange: (event) => this.setState({ action: event.target.value }) },
          Object.entries(ACTIONS).map(([code, text]) => h('option', { value: code, key: code }, text)))),
        h('input', { type: 'hidden', name: 'state', value: retry ? 'COMPENSATION_FAILED' : 'RUNNING' }),
        h('label', null, retry ? 'Cancelled because' : 'That wait at', retry
          ? h('select', { name: 'reason', key: 'reason' }, h('option', { value: '' }, 'any reason'), Object.entries(REASONS).map(([code, text]) => h('option', { value: code, key: code }, text)))
          : h('select', { name: 'step', key: 'step' }, ORDER_STEPS.slice(0, 4).map((name) => h('option', { value: name, key: name, selected: name === 'charge-payment' }, step(name))))),
        h('label', null, 'Found by', h('input', { name: 'q', maxlength: 320, placeholder: 'customer or product', autocomplete: 'off' })),
        h('button', { class: 'primary', disabled: Boolean(lacks), title: lacks || undefined }, 'Look which orders')),
      h('p', { class: 'muted' }, lacks || 'Nothing is done before you have seen how many there are and confirmed it.'));
  }
}

class Confirm extends Component {
  async submit(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    try {
      await post(`/ops/batches/${this.props.batch.batchId}/confirm`, { count: Number(given.count), reason: given.reason.trim() });
      this.props.reload();
    } catch (problem) {
      this.setState({ problem });
    }
  }

  render({ batch }, { problem }) {
    const lacks = session.may('ops:write') ? '' : 'Needs the scope ops:write';
    return h('form', { class: 'panel', onSubmit: (event) => this.submit(event), 'aria-labelledby': 'confirm' }, h('h2', { id: 'confirm' }, 'Confirm'),
      problem ? h(ProblemNote, { problem }) : null,
      h('p', null, `${ACTIONS[batch.action]}: exactly these ${number(batch.orders)}, whatever changes meanwhile. Type their number.`,
        batch.more ? ' More orders are like that; make another batch for them afterwards.' : ''),
      h('div', { class: 'fields' },
        h('label', null, 'How many', h('input', { name: 'count', required: true, inputmode: 'numeric', pattern: '[0-9]+', autocomplete: 'off' })),
        h('label', null, 'Reason, for the record', h('input', { name: 'reason', required: true, maxlength: 400 })),
        h('button', { class: 'primary', disabled: Boolean(lacks), title: lacks || undefined }, ACTIONS[batch.action])));
  }
}

function state(batch) {
  if (!batch.confirmedAt) {
    return h(Badge, { of: { tone: 'plain', icon: 'question' }, text: 'not confirmed' });
  }
  return batch.endedAt ? h(Badge, { of: batch.refused ? { tone: 'warn', icon: 'alert' } : { tone: 'good', icon: 'check' },
    text: batch.refused ? `done, ${number(batch.refused)} refused` : 'done' }) : h(Badge, { of: { tone: 'busy', icon: 'play' }, text: 'under way' });
}

function One({ found, reload }) {
  const { batch, items } = found;
  return h('div', null,
    h('p', { class: 'lead', role: 'status' }, state(batch), ` ${ACTIONS[batch.action]}: ${number(batch.orders)} (${words(batch.selection)})`,
      batch.reason ? `, because: ${batch.reason}` : ''),
    batch.confirmedAt ? h('div', { class: 'panel' }, h('progress', { max: Math.max(1, batch.orders), value: batch.done, 'aria-label': 'Orders done with' }),
      h('p', { class: 'muted' }, `${number(batch.done)} of ${number(batch.orders)} done with, ${number(batch.refused)} of them refused`))
      : batch.orders ? h(Confirm, { batch, reload }) : h('p', { class: 'empty' }, 'No order is like that.'),
    items.length ? h('table', { class: 'list' }, h(Head, { names: ['Order', 'Outcome'] }),
      h('tbody', null, items.map((item) => h('tr', { key: item.position },
        h('th', { scope: 'row' }, h('a', { href: `#/orders/${item.orderId}`, title: item.orderId }, shortId(item.orderId))),
        h('td', { 'data-label': 'Outcome' }, !item.outcome ? h('span', { class: 'muted' }, batch.confirmedAt ? 'waits' : 'not touched yet') : item.outcome === 'DONE'
          ? h(Badge, { of: { tone: 'good', icon: 'check' }, text: 'done' }) : h('span', { class: 'error' }, item.outcome)))))) : null,
    batch.orders > items.length ? h('p', { class: 'muted' }, `The first ${number(items.length)} are shown.`) : null);
}

function All({ page }) {
  return page.batches.length ? h('table', { class: 'list' }, h(Head, { names: ['Made', 'By', 'What', 'Orders#', 'State', 'Because'] }),
    h('tbody', null, page.batches.map((batch) => h('tr', { key: batch.batchId },
      h('th', { scope: 'row' }, h('a', { href: href('/batches', { id: batch.batchId }) }, h(Time, { at: batch.madeAt }))),
      h('td', { 'data-label': 'By' }, batch.madeBy),
      h('td', { 'data-label': 'What' }, `${ACTIONS[batch.action]} (${words(batch.selection)})`),
      h('td', { 'data-label': 'Orders', class: 'number' }, number(batch.orders)),
      h('td', { 'data-label': 'State' }, state(batch)),
      h('td', { 'data-label': 'Because' }, batch.reason || ''))))) : h('p', { class: 'empty' }, 'There is no batch yet.');
}

export function BatchesPage({ parameters }) {
  return parameters.id
    ? h('div', null, h('h1', null, 'Batch'), h(Loaded, { path: `/ops/batches/${encodeURIComponent(parameters.id)}`, key: parameters.id, every: 3000,
      live: whenChanged((change) => change.type === 'batch' && change.id === parameters.id) }, (found, reload) => h(One, { found, reload })),
    h('p', null, h('a', { href: '#/batches' }, 'All batches')))
    : h('div', null, h('h1', null, 'Batches'), h(Making), h(Loaded, { path: '/ops/batches', key: 'all', every: 5000 }, (page) => h(All, { page })));
}
