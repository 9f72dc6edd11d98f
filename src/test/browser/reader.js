// People at a node that asks for tokens: one may look and not touch, one signs in at the issuer. The environment says where the program is: OPS; ISSUER, whose
// page has the links that lead back; READER, a token with ops:read; ORDER, an order that can be cancelled.
import { check, faults, open } from './browser.js';

const { OPS, ISSUER, READER, ORDER } = process.env;

async function signIn(page, link) {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: link }).click();
}

async function main() {
  const { browser, context, page } = await open(OPS, { others: [ISSUER] });
  await page.goto(`${OPS}/`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await check(page, 'Sign in');
  const instead = page.getByText('Use an access token instead');
  await instead.click();
  await page.getByLabel('Access token').fill('nonsense');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('The node did not accept that token').waitFor();
  await instead.click();
  await page.getByLabel('Access token').fill(READER);
  await page.getByRole('button', { name: 'Use it' }).click();
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
  await second.close();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();

  // Answers that were not asked for, of another issuer, and refusals let nobody in.
  await page.goto(`${OPS}/console/?code=stolen&state=guessed`);
  await page.getByText('does not belong to this tab').waitFor();
  await signIn(page, 'Mix up');
  await page.getByText('came from another issuer').waitFor();
  await signIn(page, 'Refuse');
  await page.getByText('did not sign you in: access_denied').waitFor();

  // Whoever signs in comes back to the page that asked for it, and nothing of it stays in the address.
  await page.goto(`${OPS}/console/#/orders/${ORDER}`);
  await signIn(page, 'Let me in');
  await cancel.waitFor();
  if (await cancel.isDisabled()) {
    throw new Error('the operator may not press the button');
  }
  if (page.url() !== `${OPS}/console/#/orders/${ORDER}`) {
    throw new Error(`the address after signing in is ${page.url()}`);
  }
  await browser.close();
  if (faults.length) {
    throw new Error(`\n${[...new Set(faults)].join('\n')}`);
  }
}

main().catch((failure) => {
  console.error(failure.message, [...new Set(faults)].join('\n'));
  process.exit(1);
});
