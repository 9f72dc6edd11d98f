// Finds orders. The address is the state: whoever gets the link sees the same list.
import { Component, createRef, h } from './preact.js';
import { get, withQuery } from './api.js';
import { money, number, shortId } from './format.js';
import { whenChanged } from './live.js';
import { go, href } from './router.js';
import { Badge, Head, Loaded, ProblemNote, Time } from './ui.js';
import { ORDER_STEPS, REASONS, STATE, STATUS, reason, step } from './words.js';

const FILTERS = ['q', 'status', 'reason', 'state', 'step', 'retrying', 'from', 'to'];

function Choice({ name, label, value, options }) {
  return h('label', null, label, h('select', { name, value: value || '' }, h('option', { value: '' }, 'any'),
    options.map(([code, text]) => h('option', { value: code, key: code, selected: value === code }, text))));
}

/** A local time without zone, as the browser's field has it. */
function toField(instant) {
  return instant ? new Date(new Date(instant) - new Date(instant).getTimezoneOffset() * 60000).toISOString().slice(0, 16) : '';
}

class Search extends Component {
  box = createRef();

  /** Live data draws the page again and again: what is being typed must stay. */
  shouldComponentUpdate(next) {
    return FILTERS.some((name) => next.parameters[name] !== this.props.parameters[name]);
  }

  componentDidMount() {
    this.onKey = (event) => {
      if (event.key === '/' && !/^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
        event.preventDefault();
        this.box.current.select();
      }
    };
    addEventListener('keydown', this.onKey);
  }

  componentWillUnmount() {
    removeEventListener('keydown', this.onKey);
  }

  submit(form) {
    const given = Object.fromEntries(new FormData(form));
    for (const name of ['from', 'to']) {
      given[name] = given[name] ? new Date(given[name]).toISOString() : '';
    }
    go(href('/orders', given));
  }

  render({ parameters }) {
    const submit = (event) => {
      event.preventDefault();
      this.submit(event.currentTarget);
    };
    const changed = (event) => {
      if (event.target.name !== 'q') {
        this.submit(event.currentTarget);
      }
    };
    const filtered = FILTERS.filter((name) => name !== 'q' && parameters[name]).length;
    return h('form', { class: 'search', role: 'search', onSubmit: submit, onChange: changed },
      h('div', { class: 'search-box' },
        h('label', { for: 'q', class: 'hidden' }, 'Find orders'),
        h('input', { id: 'q', name: 'q', type: 'search', ref: this.box, value: parameters.q || '', maxlength: 320, autocomplete: 'off', spellcheck: false,
          placeholder: 'Order, customer, product, transaction, idempotency key or e-mail', 'aria-keyshortcuts': '/' }),
        h('button', { class: 'primary' }, 'Find')),
      h('details', { class: 'filters', open: filtered > 0 },
        h('summary', null, 'Filters', filtered ? ` (${filtered})` : ''),
        h('div', { class: 'fields' },
          h(Choice, { name: 'status', label: 'Status', value: parameters.status, options: Object.entries(STATUS).map(([code, { text }]) => [code, text]) }),
          h(Choice, { name: 'state', label: 'Attention', value: parameters.state,
            options: ['COMPENSATION_FAILED', 'COMPENSATING', 'RUNNING'].map((code) => [code, STATE[code].text]) }),
          h(Choice, { name: 'reason', label: 'Cancelled because', value: parameters.reason, options: Object.entries(REASONS) }),
          h(Choice, { name: 'step', label: 'Is at', value: parameters.step, options: ORDER_STEPS.map((name) => [name, step(name)]) }),
          h('label', null, 'Not before', h('input', { type: 'datetime-local', name: 'from', value: toField(parameters.from) })),
          h('label', null, 'Not after', h('input', { type: 'datetime-local', name: 'to', value: toField(parameters.to) })),
          h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'retrying', value: 'true', checked: parameters.retrying === 'true' }),
            'Being retried'))));
  }
}

/** Where an order is, in a few words. */
function whereabouts(order) {
  const at = order.position;
  if (!at) {
    return order.reason ? reason(order.reason) : '';
  }
  if (at.state === 'COMPENSATION_FAILED') {
    return `${step(at.step, 'COMPENSATION')}: failed`;
  }
  const tried = at.failures ? `, failed ${at.failures === 1 ? 'once' : `${at.failures} times`}` : '';
  return at.queued ? `Waits for the payment provider${tried}` : `${step(at.step, at.state === 'COMPENSATING' ? 'COMPENSATION' : 'ACTION')}${tried}`;
}

function Row({ order }) {
  const special = order.position && order.position.state !== 'RUNNING' ? STATE[order.position.state] : null;
  return h('tr', null,
    h('th', { scope: 'row' }, h('a', { href: `#/orders/${order.orderId}`, title: order.orderId }, shortId(order.orderId))),
    h('td', { 'data-label': 'Status' }, h(Badge, { of: special || STATUS[order.status] }), ' ', h('span', { class: 'muted' }, whereabouts(order))),
    h('td', { 'data-label': 'Customer' }, h('a', { href: href('/orders', { q: order.customerId }) }, shortId(order.customerId))),
    h('td', { 'data-label': 'Items' }, order.items.slice(0, 3).map((item) => `${number(item.quantity)} × ${item.sku}`).join(', '),
      order.items.length > 3 ? ` and ${order.items.length - 3} more` : ''),
    h('td', { 'data-label': 'Total', class: 'number' }, money(order.total, order.currency)),
    h('td', { 'data-label': 'Placed' }, h(Time, { at: order.createdAt })));
}

class Results extends Component {
  constructor(props) {
    super(props);
    this.state = { further: [], next: props.first.next, busy: false, problem: null };
  }

  /** New orders push others off the first page: those stay in the list if it goes on below. */
  componentDidUpdate(before) {
    if (before.first !== this.props.first && this.state.further.length) {
      const known = new Set([...this.props.first.orders, ...this.state.further].map((order) => order.orderId));
      const pushedOff = before.first.orders.filter((order) => !known.has(order.orderId));
      if (pushedOff.length) {
        this.setState({ further: [...pushedOff, ...this.state.further] });
      }
    }
  }

  more() {
    this.setState({ busy: true, problem: null });
    get(withQuery('/ops/orders', { ...this.props.parameters, cursor: this.state.next }))
      .then((page) => this.setState({ further: [...this.state.further, ...page.orders], next: page.next, busy: false }))
      .catch((problem) => this.setState({ problem, busy: false }));
  }

  render({ first }, { further, next, busy, problem }) {
    const onTop = new Set(first.orders.map((order) => order.orderId));
    const orders = [...first.orders, ...further.filter((order) => !onTop.has(order.orderId))];
    const more = further.length ? next : first.next;
    return h('section', { 'aria-label': 'Orders found' },
      h('p', { class: 'muted', role: 'status' }, `${number(orders.length)}${more ? ' and more' : ''} ${orders.length === 1 ? 'order' : 'orders'}`,
        first.byProduct ? '' : '. The search by product, transaction and e-mail is switched off.'),
      orders.length ? h('table', { class: 'list' },
        h(Head, { names: ['Order', 'Status', 'Customer', 'Items', 'Total#', 'Placed'] }),
        h('tbody', null, orders.map((order) => h(Row, { order, key: order.orderId }))))
        : h('p', { class: 'empty' }, more ? 'None among the newest.' : 'No order is like that.'),
      problem ? h(ProblemNote, { problem }) : null,
      more ? h('button', { type: 'button', class: 'more', disabled: busy, onClick: () => this.more() }, 'Show older') : null);
  }
}

export function OrdersPage({ parameters }) {
  const asked = Object.fromEntries(FILTERS.map((name) => [name, parameters[name]]));
  const path = withQuery('/ops/orders', asked);
  return h('div', null, h('h1', null, 'Orders'), h(Search, { parameters }),
    h(Loaded, { path, key: 'found', keep: true, live: whenChanged((change) => change.type === 'order', 3000) }, (first) => h(Results, { first, parameters: asked, key: path })));
}
