// The whole restaurant in a browser: the site's files and the three services' routes at one address, as behind the edge.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Postgres, postgresMissing, startPostgres } from '../postgres-fixture.ts';
import type { SecretReader } from '../shared/data/credentials.ts';
import type { Answer, HttpRequest, Route } from '../shared/http/answer.ts';
import { menu } from '../shared/menu.ts';
import { Problem } from '../shared/problem.ts';
import { browserMissing, complaintsOf, launchBrowser } from '../site/browser.ts';
import { firstAdmin } from './content/admin/first-admin.ts';
import { contentRoutes } from './content/routes.ts';
import { orderRoutes } from './orders/routes.ts';
import { reservationRoutes } from './reservations/routes.ts';
import { startTestService } from './service-fixture.ts';

const skip = browserMissing() || postgresMissing();
const admin = { email: 'desk@example.com', password: 'slack water at four' };
const secrets = { send: async () => ({ SecretString: JSON.stringify(admin) }) } as unknown as SecretReader;
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } };
let browser: Browser;
let postgres: Postgres;

before(async () => {
  if (!skip) [browser, postgres] = await Promise.all([launchBrowser(), startPostgres()]);
});
after(async () => {
  await browser?.close();
  await postgres?.stop();
});

test('a guest books a table on a phone, sees it, and lets it go', { skip }, async (t) => {
  const { page, url, database } = await open(t, phone);
  await page.goto(`${url}/reserve.html`);
  await page.getByLabel('How many').selectOption('8');
  await page.locator('#times[aria-busy=false]').waitFor(); // Until then the times of the party before are still there.
  await page.getByRole('radio', { name: '19:00' }).check({ force: true });
  await page.getByRole('button', { name: 'Book the table' }).click();
  assert.equal(await page.locator('#name-error').textContent(), 'We need a name to keep the table under.');
  await page.getByLabel('Name').fill('Ada Fisher');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Phone').fill('01728 555010');
  await shoot(page, 'reserve-phone');
  await page.getByRole('button', { name: 'Book the table' }).click();
  await page.getByRole('heading', { name: 'Your table is kept' }).waitFor();
  assert.match(
    await page.locator('#reservation-body').innerText(),
    /^19:00\n[\s\S]*8 people[\s\S]*keep its address\.\s+Cancel the reservation\s+Book another table$/,
  );
  await shoot(page, 'reserved-phone');
  await page.getByRole('link', { name: 'Book another table' }).click();
  await page.getByRole('radio', { name: /^19:00.*taken$/ }).waitFor();
  assert.equal(await page.getByRole('radio', { name: /^19:00.*taken$/ }).isDisabled(), true);
  await page.goBack();
  await page.getByRole('button', { name: 'Cancel the reservation' }).click();
  await page.getByRole('heading', { name: 'The table is let go' }).waitFor();
  assert.deepEqual(await database.kysely.selectFrom('reservation_slots').selectAll().execute(), []);
  assert.equal(await overflow(page), 0);
});

test('the menu is still shown, with a plain notice, when nothing answers any more', { skip }, async (t) => {
  const { page, url } = await open(t);
  await page.goto(url);
  await page.getByRole('link', { name: 'Book a table' }).waitFor();
  await page.locator('.dish h3').first().waitFor();
  await page.route('**/api/**', (route) => route.abort());
  await page.reload();
  await page.getByText('This is the menu as you last saw it').waitFor();
  assert.equal(await page.locator('.dish h3').count(), menu.length);
  await shoot(page, 'menu-kept');
  await page.unroute('**/api/**');
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.locator('#menu-notice').waitFor({ state: 'hidden' });
});

test('the admin signs in, works an order, writes a page and changes a dish; the site shows it', { skip }, async (t) => {
  const { page, url, ask } = await open(t);
  const customer = { name: 'Ada <Fisher>', email: 'ada@example.com', phone: '01728 555010' };
  const items = [
    { sku: 'chips', quantity: 2 },
    { sku: 'oysters', quantity: 1 },
  ];
  const { json } = await ask('POST', '/api/orders', { body: { customer, items, note: 'By the window' } });
  await page.goto(`${url}/admin`);
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('do not go together').waitFor();
  await shoot(page, 'sign-in');
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Password').fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Ada <Fisher>' }).waitFor();
  await page.getByLabel('Status of the order of Ada').selectOption('ready');
  await page.getByRole('button', { name: 'Set status of the order' }).click();
  await page.waitForURL('**/admin/orders');
  assert.equal((await ask('GET', json.href)).json.status, 'ready');
  await shoot(page, 'orders');
  await page.getByRole('link', { name: 'Pages' }).click();
  await page.getByLabel('Title').fill('Private parties');
  await page.getByRole('button', { name: 'Start writing' }).click();
  await page.getByLabel('Text').fill('## The lamp room\n\nSeats **thirty**, if they like each other.');
  await page.getByRole('button', { name: 'Save and publish' }).click();
  await page.getByRole('link', { name: '/pages/private-parties' }).waitFor();
  await shoot(page, 'editor');
  await page.goto(`${url}/admin/menu`);
  await shoot(page, 'menu-editor');
  await page.goto(`${url}/pages/private-parties`);
  await page.getByRole('heading', { name: 'The lamp room' }).waitFor();
  await page.goto(`${url}/pages/the-slip`);
  await shoot(page, 'page');
  await page.goto(`${url}/#/orders/${json.orderId}`);
  await page.locator('.order-words', { hasText: 'It is ready, and warm.' }).waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [
    '/admin/orders',
    '/admin/reservations',
    '/admin/menu',
    '/admin/pages/the-slip',
    '/pages/the-slip',
  ]) {
    await page.goto(url + path);
    assert.equal(await overflow(page), 0, path);
    await shoot(page, `phone${path.replaceAll('/', '-')}`);
  }
});

async function open(t: TestContext, options: BrowserContextOptions = {}) {
  const timeZone = 'Europe/London';
  const s3 = new S3Client({ region: 'us-east-1' });
  const started = await startTestService(t, postgres, (database) => [
    // Before the content service's page for what is nowhere, as the edge asks the site's bucket first.
    siteFiles,
    ...orderRoutes({ database, announce: () => {} }),
    ...reservationRoutes({ database, timeZone }),
    ...contentRoutes({ database, s3, mediaBucket: 'media', siteUrl: 'http://localhost', timeZone }),
  ]);
  await firstAdmin(started.database, { secrets, secretId: 'admin' });
  const context = await browser.newContext({
    viewport: { width: 1200, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  // Browsers keep `Secure` cookies of localhost without TLS.
  return { ...started, page, url: started.service.url.replace('127.0.0.1', 'localhost') };
}

const types: Record<string, string> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

const siteFiles: Route = {
  pattern: /^\/((?:[\w./-]+\.(?:html|css|js|svg))?)$/,
  methods: {
    GET({ parameter, path }: HttpRequest): Answer {
      const name = parameter || 'index.html';
      const type = types[extname(name)];
      if (!type || name.includes('..')) throw new Problem('not-found', { detail: path });
      const body = readFileSync(join(import.meta.dirname, '../site', name), 'utf8');
      return { status: 200, headers: { 'content-type': `${type}; charset=utf-8` }, body };
    },
  },
};

/** How far the page runs out of the window sideways, in pixels. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** With SCREENSHOTS=folder the pages are kept to be looked at. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
