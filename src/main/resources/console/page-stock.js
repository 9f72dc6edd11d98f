// The stock of a product or the balance of an account: now, as it was after any of its events, and its entries.
import { Component, h } from './preact.js';
import { withQuery } from './api.js';
import { money, number } from './format.js';
import { whenChanged } from './live.js';
import { go, href } from './router.js';
import { Head, Loaded, Time } from './ui.js';

const KINDS = { products: { name: 'Product', label: 'SKU', type: 'product' }, accounts: { name: 'Account', label: 'Account', type: 'account' } };

function Choose({ parameters }) {
  const submit = (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.currentTarget));
    go(href('/stock', given));
  };
  return h('form', { class: 'fields search', onSubmit: submit, key: JSON.stringify(parameters) },
    h('label', null, 'Kind', h('select', { name: 'of' }, Object.entries(KINDS).map(([code, { name }]) =>
      h('option', { value: code, key: code, selected: parameters.of === code }, name.toLowerCase())))),
    h('label', null, 'SKU or account', h('input', { name: 'id', required: true, defaultValue: parameters.id || '', maxlength: 64, autocomplete: 'off', spellcheck: false })),
    h('button', { class: 'primary' }, 'Show'));
}

function State({ kind, state }) {
  const lines = kind === 'products'
    ? [['Available', number(state.available)], ['Reserved', number(state.reserved)], ['Shipped so far', number(state.sold)]]
    : [['Balance', money(state.balance, state.currency)], ['Owner', state.ownerId || 'the shop']];
  return h('dl', { class: 'figures' }, lines.map(([name, value]) => h('div', { class: 'figure', key: name }, h('dt', null, name),
    h('dd', null, h('span', { class: 'value' }, value)))));
}

const CHANGES = {
  OFFERED: 'offered', RESTOCKED: 'restocked', RESERVED: 'reserved', RELEASED: 'given back', SHIPPED: 'shipped',
  OPENED: 'opened', DEPOSITED: 'deposited', WITHDRAWN: 'withdrawn', WITHDRAWAL_VOIDED: 'withdrawal voided',
};

function Entry({ entry }) {
  const { data } = entry;
  const what = data.quantity !== undefined ? number(data.quantity) : data.amount ? money(data.amount, data.currency) : data.price ? money(data.price, data.currency) : '';
  return h('tr', null, h('th', { scope: 'row', class: 'number' }, number(entry.sequence)),
    h('td', { 'data-label': 'When' }, h(Time, { at: entry.timestamp, precise: true })),
    h('td', { 'data-label': 'What' }, CHANGES[entry.type] || entry.type),
    h('td', { 'data-label': 'How much', class: 'number' }, what),
    h('td', { 'data-label': 'For' }, data.orderId ? h('a', { href: `#/orders/${data.orderId}` }, data.orderId) : data.reference || data.name || ''));
}

class Past extends Component {
  /** The slider follows the hand at once; the node is asked when it rests. */
  slide(sequence) {
    this.setState({ sequence });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => go(href('/stock', { ...this.props.parameters, sequence: sequence === this.props.view.last ? '' : sequence }), true), 250);
  }

  /** The node has answered: the slider shows what it says. */
  componentDidUpdate(before) {
    if (before.view !== this.props.view && this.state.sequence !== undefined) {
      this.setState({ sequence: undefined });
    }
  }

  render({ kind, view }, { sequence }) {
    const shown = sequence ?? view.sequence;
    const then = view.entries.at(-1);
    return h('div', null, h(State, { kind, state: view.state }),
      h('section', { class: 'panel', 'aria-labelledby': 'past' }, h('h2', { id: 'past' }, view.sequence === view.last ? 'Now' : 'As it was'),
        h('label', { for: 'slider' }, `After change ${number(shown)} of ${number(view.last)}`, then ? [', at ', h(Time, { at: then.timestamp, precise: true })] : ''),
        h('input', { id: 'slider', type: 'range', min: 1, max: view.last, value: shown, onInput: (event) => this.slide(Number(event.target.value)) })),
      h('section', { class: 'panel', 'aria-labelledby': 'entries' }, h('h2', { id: 'entries' }, 'Entries'),
        h('table', { class: 'list' }, h(Head, { names: ['Change#', 'When', 'What', 'How much#', 'For'] }),
          h('tbody', null, [...view.entries].reverse().map((entry) => h(Entry, { entry, key: entry.id }))))));
  }
}

export function StockPage({ parameters }) {
  const kind = KINDS[parameters.of];
  return h('div', null, h('h1', null, 'Stock and accounts'), h(Choose, { parameters }),
    kind && parameters.id ? h(Loaded, { path: withQuery(`/ops/${parameters.of}/${encodeURIComponent(parameters.id)}/history`, { sequence: parameters.sequence }),
      key: `${parameters.of} ${parameters.id}`, keep: true, live: whenChanged((change) => change.type === kind.type && change.id === parameters.id, 1000) },
    (view) => h(Past, { kind: parameters.of, view, parameters }))
      : h('p', { class: 'muted' }, 'Choose a product or an account.'));
}
