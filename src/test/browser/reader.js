// A person who may look and not touch, on a node that asks for tokens. The environment says where the program is: OPS, and READER, a token with ops:read.
import { check, faults, open } from './browser.js';

const { OPS, READER, ORDER } = process.env;

async function main() {
  const { browser, context, page } = await open(OPS);
  await page.goto(`${OPS}/`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await check(page, 'Sign in');
  await page.getByLabel('Access token').fill('nonsense');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Access token').fill(READER);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();

  await page.goto(`${OPS}/console/#/orders/${ORDER}`);
  const cancel = page.getByRole('button', { name: 'Cancel the order' });
  await cancel.waitFor();
  await page.getByText('Needs the scope ops:write').first().waitFor();
  if (!await cancel.isDisabled()) {
    throw new Error('the reader may press the button');
  }
  await check(page, 'Order of a reader');

  // The token belongs to the tab alone.
  const second = await context.newPage();
  await second.goto(`${OPS}/`);
  await second.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await browser.close();
  if (faults.length) {
    throw new Error(`\n${[...new Set(faults)].join('\n')}`);
  }
}

main().catch((failure) => {
  console.error(failure.message, [...new Set(faults)].join('\n'));
  process.exit(1);
});
