// A browser with a page whose errors and requests are watched.
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'];

/** What went wrong in any page, in words. */
export const faults = [];

/** @param others origins of which the page may ask something besides its own */
export async function open(base, { others = [], ...options } = {}) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'Europe/Berlin', locale: 'en-GB',
    // Otherwise colours are judged while they still change from one theme to the other.
    reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('console', (message) => {
    // A node that dies, a token that lacks a scope and an answer with a problem are a part of what is tried.
    if (['error', 'warning'].includes(message.type()) && !/Failed to load resource/.test(message.text())) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (failure) => faults.push(`page: ${failure.message}`));
  page.on('request', (request) => {
    if (![base, ...others].some((known) => new URL(known).origin === new URL(request.url()).origin) && !request.url().startsWith('data:')) {
      faults.push(`request to another host: ${request.url()}`);
    }
  });
  return { browser, context, page };
}

/** Checks the page as it is: accessibility in both themes, and nothing wider than a phone. */
export async function check(page, name) {
  for (const theme of ['light', 'dark']) {
    await page.evaluate((chosen) => { document.documentElement.dataset.theme = chosen; }, theme);
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    violations.forEach((violation) => faults.push(`${name}, ${theme}: ${violation.id}: ${violation.nodes.map((node) => node.html).join(' | ').slice(0, 400)}`));
  }
  await page.evaluate(() => { delete document.documentElement.dataset.theme; });
  const size = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 800 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 360) {
    faults.push(`${name}: ${width} pixels wide on a phone of 360`);
  }
  await page.setViewportSize(size);
}
