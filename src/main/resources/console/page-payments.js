// The payments that wait for the provider, and the circuit breaker before it.
import { h } from './preact.js';
import { withQuery } from './api.js';
import { number, shortId } from './format.js';
import { Action } from './action.js';
import { whenChanged } from './live.js';
import { href } from './router.js';
import { Head, Loaded, Time } from './ui.js';
import { Nodes } from './page-now.js';

function Control({ reload }) {
  const base = '/ops/breakers/payment-provider';
  return h('div', { class: 'actions', role: 'group', 'aria-labelledby': 'hold' }, h('span', { id: 'hold' }, 'The circuit breaker of all nodes:'),
    h(Action, { path: `${base}/force-open`, text: 'Hold open', danger: true, done: reload,
      explains: 'No node calls the payment provider until the breaker is reset. Payments wait in the queue; orders are not lost.' }),
    h(Action, { path: `${base}/force-closed`, text: 'Hold closed', danger: true, done: reload,
      explains: 'All nodes call the payment provider however many calls fail, until the breaker is reset.' }),
    h(Action, { path: `${base}/reset`, text: 'Reset', done: reload,
      explains: 'The calls decide again on all nodes, beginning with a closed breaker and an empty window.' }));
}

function Queue({ page, parameters }) {
  return h('section', { class: 'panel', 'aria-labelledby': 'queue' }, h('h2', { id: 'queue' }, 'Queue'),
    page.payments.length ? h('table', { class: 'list' }, h(Head, { names: ['Place#', 'Order', 'Waits since', 'Failed attempts#', 'The last failed', 'Next attempt'] }),
      h('tbody', null, page.payments.map((payment, index) => h('tr', { key: payment.orderId },
        h('td', { 'data-label': 'Place', class: 'number' }, parameters.cursor ? '' : index + 1),
        h('th', { scope: 'row' }, h('a', { href: `#/orders/${payment.orderId}`, title: payment.orderId }, shortId(payment.orderId))),
        h('td', { 'data-label': 'Waits since' }, h(Time, { at: payment.queuedAt })),
        h('td', { 'data-label': 'Failed attempts', class: 'number' }, number(payment.failures)),
        h('td', { 'data-label': 'The last failed' }, payment.failedAt ? h(Time, { at: payment.failedAt }) : '–'),
        h('td', { 'data-label': 'Next attempt' }, new Date(payment.dueAt) > new Date() ? ['not before ', h(Time, { at: payment.dueAt })] : 'when its turn comes')))))
      : h('p', { class: 'empty' }, 'No payment waits.'),
    page.next ? h('a', { class: 'more', href: href('/payments', { cursor: page.next }) }, 'Further back in the queue') : null);
}

export function PaymentsPage({ parameters }) {
  return h('div', null, h('h1', null, 'Payments'),
    h(Loaded, { path: '/ops/nodes', key: 'nodes', every: 3000 }, ({ nodes }, reload) => h('div', null, h(Control, { reload }),
      h(Nodes, { nodes: nodes.filter((node) => node.breakers) }))),
    h(Loaded, { path: withQuery('/ops/payments/queue', { cursor: parameters.cursor }), key: 'queue', keep: true, every: 5000,
      live: whenChanged((change) => change.step === 'charge-payment', 1000) }, (page) => h(Queue, { page, parameters })));
}
