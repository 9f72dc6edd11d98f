// The money and the stock of one order, and whether nothing is owed.
import { h } from './preact.js';
import { money, number } from './format.js';
import { Badge, Head } from './ui.js';

function Verdict({ ledger }) {
  if (ledger.balances === undefined) {
    return h(Badge, { of: { tone: 'busy', icon: 'clock' }, text: 'Not settled yet' });
  }
  return ledger.balances ? h(Badge, { of: { tone: 'good', icon: 'check' }, text: 'It balances' })
    : h(Badge, { of: { tone: 'bad', icon: 'alert' }, text: 'It does not balance' });
}

export function Ledger({ ledger }) {
  const lines = [['Due', ledger.due], ['Charged', ledger.charged], ['Refunded', ledger.refunded],
    ...(ledger.inDoubt ? [['Perhaps charged', ledger.inDoubt]] : []), ['The shop has', ledger.kept]];
  return h('section', { class: 'panel', 'aria-labelledby': 'ledger' }, h('h2', { id: 'ledger' }, 'Money and stock ', h(Verdict, { ledger })),
    h('div', { class: 'columns' },
      h('dl', { class: 'sums' }, lines.map(([name, amount]) => h('div', { key: name }, h('dt', null, name), h('dd', null, money(amount, ledger.currency))))),
      h('table', { class: 'list' },
        h(Head, { names: ['Product', 'Ordered#', 'Reserved#', 'Given back#', 'Shipped#'] }),
        h('tbody', null, ledger.stock.map((item) => h('tr', { key: item.sku }, h('th', { scope: 'row' }, item.sku),
          [['Ordered', item.ordered], ['Reserved', item.reserved], ['Given back', item.released], ['Shipped', item.shipped]].map(([name, pieces]) =>
            h('td', { 'data-label': name, class: 'number', key: name }, number(pieces)))))))));
}
