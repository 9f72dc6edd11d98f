// One order: where it is and why, what was done and undone, its money and stock, its history.
import { h } from './preact.js';
import { withTimes, money } from './format.js';
import { href } from './router.js';
import { Action } from './action.js';
import { whenChanged } from './live.js';
import { Ledger } from './ledger.js';
import { Timeline } from './timeline.js';
import { Badge, Loaded, Time } from './ui.js';
import { STATE, STATUS, happening, step } from './words.js';

function Facts({ timeline }) {
  const { order } = timeline;
  const address = order.shippingAddress;
  const facts = [
    ['Customer', h('a', { href: href('/orders', { q: order.customerId }) }, order.customerId)],
    ['Total', money(order.total, order.currency)],
    ['Paid by', order.payment.accountId ? `account ${order.payment.accountId}` : order.payment.method],
    ['Transaction', order.payment.transactionId || timeline.payment?.transactionId || '–'],
    ['Shipped to', address ? [address.name, address.street, `${address.postalCode} ${address.city}`, address.country].filter(Boolean).join(', ')
      : 'collected by the customer'],
    ['Placed', h(Time, { at: order.createdAt, precise: true })],
  ];
  return h('dl', { class: 'facts' }, facts.map(([name, value]) => h('div', { key: name }, h('dt', null, name), h('dd', null, value))));
}

function History({ entries }) {
  return h('section', { class: 'panel', 'aria-labelledby': 'history' }, h('h2', { id: 'history' }, 'History'),
    h('ol', { class: 'history' }, entries.map((entry, index) => h('li', { key: index },
      h(Time, { at: entry.at, precise: true }), h('span', { class: `about ${entry.about}` }, entry.about === 'saga' ? 'steps' : entry.about),
      h('span', null, happening(entry), entry.step ? `: ${step(entry.step).toLowerCase()}` : '', entry.detail
        ? h('span', { class: 'muted' }, ` – ${withTimes(entry.detail)}`) : null)))));
}

/** What can be done about the order as a whole. */
function Actions({ timeline, reload }) {
  const id = encodeURIComponent(timeline.orderId);
  const refundWaits = timeline.payment?.waitsFor === 'REFUND' && timeline.state === 'COMPENSATED';
  return h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' },
    timeline.state === 'COMPENSATION_FAILED' ? h(Action, { path: `/ops/sagas/${id}/retry`, text: 'Retry what failed', primary: true,
      explains: 'What could not be undone is tried again from the first attempt. Retrying twice does no harm.', done: reload }) : null,
    refundWaits ? h(Action, { path: `/ops/sagas/${id}/steps/charge-payment/retry-now`, text: 'Refund now', primary: true,
      explains: 'The refund is tried at once instead of when its turn comes.', done: reload }) : null,
    timeline.state === 'RUNNING' ? h(Action, { path: `/ops/orders/${id}/cancel`, text: 'Cancel the order', danger: true,
      explains: 'All that was done for the order is undone: the stock goes back and the money is refunded.', done: reload }) : null);
}

/** What can be done about one call: it waits for its next attempt, or for the payment provider. */
function callAction(timeline, reload) {
  const queued = timeline.payment?.status === 'QUEUED';
  return (call) => (call.endedAt || !(call.failures || call.nextAttemptAt || (queued && call.name === 'charge-payment')) ? null
    : h(Action, { path: `/ops/sagas/${encodeURIComponent(timeline.orderId)}/steps/${call.name}/retry-now`, text: 'Try now',
      title: `Try now: ${step(call.name, call.kind).toLowerCase()}`, explains: 'The next attempt is made at once. A call that is repeated takes effect once.',
      done: reload }));
}

function Order({ timeline, reload }) {
  const urgent = timeline.state === 'COMPENSATION_FAILED' || timeline.state === 'COMPENSATING';
  return h('article', null,
    h('h1', null, 'Order ', h('span', { class: 'id' }, timeline.orderId)),
    h('p', { class: 'lead', role: 'status' }, h(Badge, { of: urgent ? STATE[timeline.state] : STATUS[timeline.order.status] }), ' ', withTimes(timeline.sentence)),
    h(Actions, { timeline, reload }),
    h(Facts, { timeline }),
    h(Ledger, { ledger: timeline.ledger }),
    h(Timeline, { timeline, actions: timeline.endedAt ? null : callAction(timeline, reload) }),
    h(History, { entries: timeline.history }),
    h('details', { class: 'panel raw' }, h('summary', null, 'All as JSON'), h('pre', { tabindex: 0 }, JSON.stringify(timeline, null, 2))));
}

export function OrderPage({ path }) {
  const id = decodeURIComponent(path.split('/')[2]);
  // No event of the order says that its payment moves up in the queue, or that a breaker opens.
  const every = (timeline) => (timeline.payment?.status === 'QUEUED' ? 3000 : 0);
  return h(Loaded, { path: `/ops/orders/${encodeURIComponent(id)}/timeline`, key: id, every, live: whenChanged((change) => change.id === id) },
    (timeline, reload) => h(Order, { timeline, reload }));
}
