// What operators did, with their reasons.
import { h } from './preact.js';
import { withQuery } from './api.js';
import { href } from './router.js';
import { shortId } from './format.js';
import { Badge, Head, Loaded, Time } from './ui.js';

const ORDERS = /^(?:cancel-order|retry-compensation|retry-now:.*)$/;

/** What was acted on, as a link where it has a page. */
function Target({ action }) {
  if (action.action === 'batch') {
    return h('a', { href: href('/batches', { id: action.target }), title: action.target }, 'batch ', shortId(action.target));
  }
  return ORDERS.test(action.action) ? h('a', { href: `#/orders/${action.target}`, title: action.target }, shortId(action.target)) : action.target;
}

function Outcome({ action }) {
  if (!action.outcome) {
    return h(Badge, { of: { tone: 'warn', icon: 'question' }, text: 'not known' });
  }
  return action.outcome === 'DONE' ? h(Badge, { of: { tone: 'good', icon: 'check' }, text: 'done' })
    : h('span', null, h(Badge, { of: { tone: 'bad', icon: 'cross' }, text: 'refused' }), h('div', { class: 'error' }, action.outcome));
}

export function AuditPage({ parameters }) {
  return h('div', null, h('h1', null, 'Audit'), h('p', { class: 'muted' }, 'What operators did. Each action is recorded before it is carried out.'),
    h(Loaded, { path: withQuery('/ops/audit', { target: parameters.target, cursor: parameters.cursor }), key: 'audit', keep: true, every: 5000 }, (page) => h('div', null,
      page.actions.length ? h('table', { class: 'list' }, h(Head, { names: ['When', 'Who', 'Did', 'To', 'Because', 'Outcome'] }),
        h('tbody', null, page.actions.map((action) => h('tr', { key: action.id },
          h('td', { 'data-label': 'When' }, h(Time, { at: action.at })),
          h('th', { scope: 'row' }, action.operator),
          h('td', { 'data-label': 'Did' }, action.action.replaceAll('-', ' ').replace(':', ': ')),
          h('td', { 'data-label': 'To' }, h(Target, { action })),
          h('td', { 'data-label': 'Because' }, action.reason || h('span', { class: 'muted' }, 'no reason was given')),
          h('td', { 'data-label': 'Outcome' }, h(Outcome, { action }))))))
        : h('p', { class: 'empty' }, 'Nobody has done anything yet.'),
      page.next ? h('a', { class: 'more', href: href('/audit', { target: parameters.target, cursor: page.next }) }, 'Older') : null)));
}
