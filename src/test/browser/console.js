// A person who has never seen Orderflow mends an order, and looks at every screen. The environment says where the program is:
//   OPS      the operators' port of the node that the page comes from
//   SHOP     its port for clients
//   CONTROL  the spec: POST /refunds/on, /outage/on, /outage/off, /kill, /restart
//   SHOTS    a folder for screenshots; empty for none
import { check, faults, open } from './browser.js';

const { OPS, SHOP, CONTROL, SHOTS } = process.env;

function say(text) {
  console.log(`${new Date().toISOString()} ${text}`);
}

async function send(method, url, body) {
  const answer = await fetch(url, { method, headers: body ? { 'Content-Type': 'application/json' } : {}, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  }
  return text ? JSON.parse(text) : null;
}

const control = (what) => send('POST', `${CONTROL}${what}`);

async function place(changes = {}) {
  const { orderId } = await send('POST', `${SHOP}/api/orders`, { customerId: 'ada', currency: 'EUR', items: [{ sku: 'tea', quantity: 2, unitPrice: '3.50' },
    { sku: 'cup', quantity: 1, unitPrice: '3.50' }], payment: { method: 'card', token: 'tok_visa' },
  shippingAddress: { name: 'Ada Lovelace', street: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' }, ...changes });
  return orderId;
}

/**
 * @param dark whether a picture in the dark theme is taken too
 * @param fullPage whether it shows all of the page
 */
async function shot(page, name, { dark = false, fullPage = false } = {}) {
  if (!SHOTS) {
    return;
  }
  await page.mouse.move(0, 0);
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  await page.screenshot({ path: `${SHOTS}/console-${name}.png`, fullPage });
  if (dark) {
    await page.getByRole('button', { name: 'Dark', exact: true }).click();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${SHOTS}/console-${name}-dark.png` });
    await page.getByRole('button', { name: 'Light', exact: true }).click();
  }
}

async function main() {
  const { browser, page } = await open(OPS);
  const dialog = page.getByRole('dialog');
  const lead = (text) => page.locator('.lead', { hasText: text });
  // While the dead node's part of the cluster has no home, or a breaker permits no call, the node says so: whoever reads that tries again.
  const act = async (button, reason, row = page) => {
    await row.getByRole('button', { name: button }).first().click();
    await dialog.getByLabel('Reason, for the record').fill(reason);
    for (let attempt = 0; attempt < 30 && await dialog.isVisible(); attempt += 1) {
      await dialog.getByRole('button', { name: button }).click();
      await dialog.waitFor({ state: 'hidden', timeout: 6000 }).catch(() => {});
    }
    await dialog.waitFor({ state: 'hidden' });
  };
  const title = (text) => page.getByRole('heading', { level: 1, name: text }).waitFor();

  say('the operators\' port leads to the console, and all is well');
  await page.goto(`${OPS}/`);
  await title('Now');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('All is well.').waitFor();
  for (let i = 0; i < 12; i += 1) {
    await place({ customerId: ['ada', 'grace', 'alan'][i % 3] });
  }
  await place({ payment: { method: 'card', token: 'tok_declined' } });
  await page.locator('.figure', { hasText: 'Orders so far' }).getByText('13', { exact: true }).waitFor();
  await check(page, 'Now');
  await shot(page, 'now');

  say('an order needs an operator: the page says so by itself, and leads to it');
  const broken = await place({ shippingAddress: { name: 'Ada Lovelace', street: '1 Main St', city: 'Nowhere', postalCode: '1', country: 'ZZ' } });
  await page.getByText('Somebody must act.').waitFor();
  await check(page, 'Now with a concern');
  await shot(page, 'now-act', { dark: true });
  await page.getByRole('link', { name: '1 order or transfer needs an operator' }).click();
  await title('Orders');
  const row = page.getByRole('row', { name: /Needs an operator/ });
  await row.waitFor();
  await check(page, 'Orders');
  await row.getByRole('link').first().click();
  await lead('but the refund of 10.50 EUR failed').waitFor();
  await page.getByText('It does not balance').waitFor();
  await check(page, 'Order');
  await shot(page, 'order', { dark: true, fullPage: true });

  say('it is mended while another node is killed, and its end is watched');
  await control('/kill');
  await control('/refunds/on');
  await page.getByRole('button', { name: 'Retry what failed' }).click();
  await check(page, 'Dialog');
  await shot(page, 'dialog');
  await dialog.getByRole('button', { name: 'Back' }).click();
  await act('Retry what failed', 'The provider refunds again');
  await lead('nothing is owed').waitFor({ timeout: 90_000 });
  await page.getByText('It balances').waitFor();
  await page.getByText('The provider refunds again').first().waitFor();
  await control('/restart');
  if (!page.url().endsWith(broken)) {
    throw new Error(`the page went away from the order: ${page.url()}`);
  }

  say('the search box finds it by what is known, the keyboard reaches it, and the address is the state');
  await page.getByRole('link', { name: 'Orders', exact: true }).click();
  await title('Orders');
  await page.keyboard.press('/');
  await page.keyboard.type('cup');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=cup/);
  await page.getByRole('link', { name: broken.slice(-8) }).first().waitFor();
  await shot(page, 'orders');
  await page.goto(`${OPS}/console/#/orders?q=nobody`);
  await page.getByText('No order is like that.').waitFor();

  say('an order that comes while somebody types is shown, and takes neither the focus nor what was typed');
  await page.goto(`${OPS}/console/#/orders`);
  await page.locator('#q').pressSequentially('te');
  const newest = await place();
  await page.getByRole('link', { name: newest.slice(-8) }).waitFor();
  if (await page.locator('#q:focus').inputValue() !== 'te') {
    throw new Error('what was typed is gone');
  }

  say('an order waits for the payment provider: it is tried now, and another one is cancelled');
  await control('/outage/on');
  const waits = await place();
  const unwanted = await place();
  await page.goto(`${OPS}/console/#/orders/${waits}`);
  await lead('Waits for the payment provider since').waitFor();
  await check(page, 'Order that waits');
  await act('Try now', 'The provider said that it is back', page.getByRole('row', { name: /Charge the payment/ }));
  await page.getByText('An operator tried at once: charge the payment').waitFor();
  await lead('Waits for the payment provider since').waitFor();
  await shot(page, 'order-waits');
  await page.goto(`${OPS}/console/#/orders/${unwanted}`);
  await act('Cancel the order', 'Ordered twice');
  await lead('because it was called off').waitFor();
  await page.goto(`${OPS}/console/#/payments`);
  await title('Payments');
  await page.getByRole('link', { name: waits.slice(-8) }).first().waitFor();
  await check(page, 'Payments');
  await shot(page, 'payments');

  say('the breakers of all nodes are held, and let go');
  for (const [button, shown] of [['Hold open', /open, forced/], ['Hold closed', /closed, forced/], ['Reset', /^\s*closed$/]]) {
    if (button === 'Reset') {
      await control('/outage/off');
    }
    await act(button, 'The provider said so');
    await page.locator('.badge', { hasText: shown }).first().waitFor();
  }
  await page.goto(`${OPS}/console/#/orders/${waits}`);
  await lead('Confirmed: 10.50 EUR').waitFor({ timeout: 60_000 });

  say('what waits is cancelled at once, by its number');
  await control('/outage/on');
  await place();
  const last = await place();
  await page.goto(`${OPS}/console/#/orders/${last}`);
  await lead('Waits for the payment provider since').waitFor();
  await page.goto(`${OPS}/console/#/orders?step=charge-payment`);
  await page.getByText('2 orders', { exact: true }).waitFor();
  await page.goto(`${OPS}/console/#/batches`);
  await title('Batches');
  await check(page, 'Batches');
  await page.locator('select[name=action]').selectOption('CANCEL');
  await page.getByRole('button', { name: 'Look which orders' }).click();
  await title('Batch');
  await page.getByLabel('How many').fill('2');
  await page.getByLabel('Reason, for the record').fill('The provider is away');
  await check(page, 'Batch');
  await shot(page, 'batch');
  await page.getByRole('button', { name: 'Cancel the orders' }).click();
  await page.getByText('2 of 2 done with, 0 of them refused').waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'All batches' }).click();
  await page.getByRole('row', { name: /The provider is away/ }).waitFor();
  await shot(page, 'batches');
  await control('/outage/off');

  say('the other screens');
  for (const [path, name] of [['/stock?of=products&id=tea', 'Stock and accounts'], ['/sagas', 'Sagas'], ['/views', 'Views'], ['/audit', 'Audit']]) {
    await page.goto(`${OPS}/console/#${path}`);
    await title(name);
    await page.locator('.loading').waitFor({ state: 'detached' });
    await check(page, name);
    await shot(page, name.toLowerCase().split(' ')[0]);
  }

  say('times are shown in UTC, too');
  const at = page.locator('main time').first();
  const local = await at.textContent();
  await page.getByRole('button', { name: 'Local time' }).click();
  await page.waitForFunction((before) => document.querySelector('main time').textContent !== before, local);
  if (!(await at.getAttribute('datetime')).includes((await at.textContent()).split(' ').at(-1).slice(0, 5))) {
    throw new Error('the time is not in UTC');
  }
  await page.getByRole('button', { name: 'UTC' }).click();

  say('the stock is shown as it was after its first change');
  await page.goto(`${OPS}/console/#/stock`);
  await page.getByLabel('SKU or account').fill('tea');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
  await page.locator('#slider').fill('2');
  await page.getByRole('heading', { name: 'As it was' }).waitFor();
  await page.waitForURL(/sequence=2/);
  await page.locator('.figure', { hasText: 'Available' }).getByText('1,000', { exact: true }).waitFor();
  await check(page, 'Stock as it was');

  say('a view is filled anew');
  await page.goto(`${OPS}/console/#/views`);
  await title('Views');
  const orders = page.getByRole('row', { name: /^orders / });
  await act('Rebuild', 'It lacks an order', orders);
  for (let rebuilt = false; !rebuilt; await page.waitForTimeout(200)) {
    const { projections } = await send('GET', `${OPS}/ops/projections`);
    rebuilt = projections.some((view) => view.name === 'orders' && view.generation > 1 && !view.rebuild);
  }
  await orders.getByRole('button', { name: 'Rebuild' }).waitFor();
  await browser.close();

  if (faults.length) {
    throw new Error(`\n${[...new Set(faults)].join('\n')}`);
  }
  say('no fault');
}

main().catch((failure) => {
  console.error(failure.message, [...new Set(faults)].join('\n'));
  process.exit(1);
});
