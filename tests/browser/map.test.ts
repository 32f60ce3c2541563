import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browserMissing } from '../../app/site/browser.ts';
import { eventually, type System, startSystem } from '../systems/system-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';
import { wrongOnPages } from './every-page.ts';

const customer = { name: '<script>alert(1)</script>', email: 'ada@example.com', phone: '+44 20 7946 0000' };

describe('the console: the map and the requests of serverless-orders', { skip: browserMissing() }, () => {
  let system: System;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    system = await startSystem('serverless-orders');
    browser = await openConsole(system);
    console = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await system?.stop();
  });

  const order = (query = '', headers: Record<string, string> = {}) =>
    system.fetch(`${system.outputs.SiteUrl?.value}/api/orders${query}`, {
      method: 'POST',
      headers,
      body: { customer, items: [{ sku: 'oysters', quantity: 2 }] },
    });

  test('lays out what is deployed, and hides what only supports it', async () => {
    const { page } = console;
    await console.open('map');
    for (const name of ['SiteDistribution', 'OrdersQueue', 'OrdersTable', 'Api', 'Users'])
      await page.locator('.node', { hasText: name }).first().waitFor();
    assert.equal(await page.locator('.node', { hasText: 'SiteFilesUploader' }).count(), 0);
    await page.getByRole('checkbox', { name: 'Keys' }).check();
    await page.locator('.node', { hasText: 'SiteFilesUploader' }).waitFor();
    await page.getByRole('checkbox', { name: 'Keys' }).uncheck();
  });

  test('shows an order flow from the users over edge, API and function to queue and table', async () => {
    const { page } = console;
    const flows = page.getByRole('complementary');
    for (const [from, to] of [
      ['Users', 'SiteDistribution'],
      ['SiteDistribution', 'Api'],
      ['Api', 'ApiHandlerFunction'],
      ['ApiHandlerFunction', 'OrdersQueue'],
      ['OrdersQueue', 'QueueProcessorFunction'],
      ['QueueProcessorFunction', 'OrdersTable'],
    ] as const) {
      // Rates are of the last five seconds: traffic goes on while a slow machine draws.
      await eventually(`${from} reaches ${to}`, async () => {
        assert.equal((await order()).status, 202);
        const row = flows
          .locator('.flows li')
          .filter({ hasText: new RegExp(`^\\s*${from}\\s*→.*${to}`) })
          .first();
        return row.waitFor({ timeout: 3000 }).then(
          () => true,
          () => undefined,
        );
      });
    }
    assert.ok((await page.locator('.edge-label').count()) >= 4);
  });

  test('a node tells by keyboard how it is configured, what of that is executed, and its requests', async () => {
    const { page } = console;
    await page.locator('.react-flow__node', { hasText: 'OrdersQueue' }).focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary', { name: 'OrdersQueue' });
    await panel.getByRole('region', { name: 'Description' }).getByText('VisibilityTimeout').waitFor();
    await panel.getByRole('tab', { name: 'Fidelity' }).click();
    await panel.getByText('RedrivePolicy', { exact: true }).waitFor();
    await panel.getByRole('tab', { name: 'Requests' }).click();
    await panel.getByText('POST /api/orders').first().waitFor();
    assert.match(page.url(), /node=us-east-1/);
  });

  test('a node shows logs and metrics of its own, and does what its operations do, when that was meant', async () => {
    const { page } = console;
    await console.open('map');
    const queue = page.locator('.react-flow__node', { hasText: /OrdersQueue|Orders.?Queue/ }).first();
    await queue.focus();
    await page.keyboard.press('Enter');
    const panel = page.locator('.map-side');
    await panel.getByText('As AWS describes it').waitFor();
    await panel.getByRole('tab', { name: 'Actions' }).click();
    await panel.getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
    assert.equal(await panel.getByText('was answered').count(), 0);
    await panel.getByRole('button', { name: 'Close' }).click();
    await page
      .locator('.react-flow__node', { hasText: /Api.?Handler/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await panel.getByRole('tab', { name: 'Logs' }).click();
    await panel.locator('.log li').first().waitFor();
    await panel.getByRole('tab', { name: 'Actions' }).click();
    await panel.getByRole('button', { name: 'Invoke' }).click();
    await panel.getByText('Invoke was answered.').waitFor();
    assert.match(await panel.innerText(), /StatusCode\s+200/);
    assert.deepEqual(await console.violations(), []);
    await page.getByRole('button', { name: '+1 min' }).click();
    await panel.getByRole('tab', { name: 'Metrics' }).click();
    await panel.getByRole('heading', { name: 'Invocations' }).waitFor();
  });

  test('follows one order live, hop by hop, to its consumer behind the queue, and shows what came with it as text alone', async () => {
    const { page } = console;
    await console.open('requests?kind=user');
    await order('?note=<script>alert(1)</script>', { authorization: 'Bearer open sesame' });
    await page.getByText('POST /api/orders?note=').first().click();
    const detail = page.getByRole('region', { name: 'Request', exact: true });
    for (const hop of [
      /cloudfront POST/,
      /apigatewayv2 POST/,
      /lambda invoke .*ApiHandler/,
      /sqs SendMessage/,
      /dynamodb PutItem/,
    ])
      await detail.getByText(hop).first().waitFor();
    await detail.getByText('cache: Miss').first().waitFor();
    await detail.getByRole('button', { name: /sqs SendMessage/ }).click();
    await detail.getByText('sqs:SendMessage').waitFor();
    assert.match(await detail.innerText(), /assumed-role\/serverless-orders-ApiHandlerRole/);
    await detail
      .getByText(/^decision: allowed by statement .* of the caller's policies$/)
      .first()
      .waitFor();
    await detail.getByRole('button', { name: /gateway POST/ }).click();
    const headers = detail.locator('.hop-headers', { hasText: 'Request headers' }).first();
    await headers.getByText('content-type').first().waitFor();
    assert.match(await headers.innerText(), /authorization\s+\(hidden\)/);
    assert.doesNotMatch(await page.content(), /open sesame/);
    // Its consumer joins it after it was answered.
    await detail
      .getByText(/lambda invoke .*QueueProcessor/)
      .first()
      .waitFor();
    assert.equal(await page.locator('main script').count(), 0);
    assert.deepEqual(console.complaints, []);
  });

  test('filters requests by path and by what failed', async () => {
    const { page } = console;
    await system.fetch(`${system.outputs.SiteUrl?.value}/api/no-such-thing`);
    await page.getByRole('searchbox').fill('no-such-thing');
    await page.locator('.requests li').first().waitFor();
    assert.equal(await page.locator('.requests li').count(), 1);
    await page.getByLabel('Which requests').selectOption('failed');
    assert.match(await page.locator('.requests li').innerText(), /404/);
    assert.match(page.url(), /q=no-such-thing&kind=failed/);
    const list = page.locator('.requests-list');
    await page.getByRole('searchbox').fill('404');
    await list.getByText('no-such-thing').first().waitFor();
    assert.deepEqual([...new Set(await list.locator('.requests .mark').allInnerTexts())], ['404']);
    await list.locator('.requests a').first().click();
    const traceId = await page.locator('.request-detail code').first().innerText();
    await page.getByRole('searchbox').fill(traceId);
    await page.getByLabel('Which requests').selectOption('');
    await list.getByText('no-such-thing').first().waitFor();
    assert.equal(await list.locator('.requests li').count(), 1);
  });

  test('has no violations of WCAG AA in either theme and at phone width', async () => {
    for (const [width, theme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      const other = await browser.newPage({ width, theme });
      await other.open('map');
      await other.page.locator('.node', { hasText: 'OrdersTable' }).first().waitFor();
      await order();
      await other.page.locator('.edge-label').first().waitFor();
      assert.deepEqual(await other.violations(), [], `${width} ${theme}`);
      await other.open('requests');
      await order();
      await other.page.getByText('POST /api/orders').first().click();
      await other.page.locator('.hop').first().waitFor();
      assert.deepEqual(await other.violations(), [], `requests ${width} ${theme}`);
      assert.equal(await other.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
      assert.deepEqual(other.complaints, []);
      await other.close();
    }
    assert.deepEqual(console.complaints, []);
  });

  test('every page of the menu shows it, on a telephone in the dark too', async () => {
    const { pages, wrong } = await wrongOnPages(browser, { width: 390, theme: 'dark' });
    assert.deepEqual(wrong, []);
    assert.ok(pages.length >= 6, pages.join(', '));
  });
});
