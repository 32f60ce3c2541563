import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { browserMissing } from '../../app/site/browser.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';

const start = Date.parse('2026-11-21T09:30:00Z');
const hour = 3_600_000;

describe('the console: the clock', { skip: browserMissing() }, () => {
  let orrery: Orrery;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    orrery = await startOrrery({ startMs: start, services: ['events', 'iam', 'sqs', 'sts'] });
    const events = orrery.client(EventBridgeClient);
    await events.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'cron(0 3 * * ? *)' }));
    await events.send(new PutRuleCommand({ Name: 'often', ScheduleExpression: 'rate(2 hours)' }));
    const sqs = orrery.client(SQSClient);
    await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: 'orders', MessageBody: 'later', DelaySeconds: 600 }));
    browser = await openConsole(orrery);
    console = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await orrery?.stop();
  });

  const next = () => console.page.getByRole('region', { name: 'What happens next' });
  const last = () => console.page.getByRole('region', { name: 'The last wind' });

  test('says what time it is and what waits for which reason, upkeep only when it is asked for', async () => {
    const { page } = console;
    await console.open('clock');
    await page.locator('.clock-large', { hasText: '09:30:00' }).waitFor();
    await page.getByText('stands still until it is wound').waitFor();
    const rows = await next().locator('.awaited').allInnerTexts();
    assert.match(rows[0] ?? '', /^Messages visible in orders\s+Messages and retries\s+in 10 min/);
    assert.ok(rows.some((row) => /^Rule often\s+Schedules\s+in 2 h/.test(row)));
    assert.ok(rows.some((row) => /^Rule nightly\s+Schedules\s+in 17 h 30 min\s+2026-11-22 03:00:00/.test(row)));
    assert.ok(rows.every((row) => !/Upkeep/.test(row)));
    await next().getByLabel('Which').selectOption('schedule');
    assert.equal(await next().locator('.awaited').count(), 2);
    await next().getByLabel('Which').selectOption('all');
    await page.getByText('not wound since the cloud was started').waitFor();
  });

  test('winds by keyboard to what is scheduled next, and tells what happened', async () => {
    const { page } = console;
    await page.getByRole('button', { name: /To the next scheduled event\s*in 10 min/ }).focus();
    await page.keyboard.press('Enter');
    await last().getByText('Messages visible in orders').waitFor();
    assert.equal(orrery.clock.now(), start + 600_000);
    await page.getByRole('button', { name: 'Wind to it: Rule often' }).click();
    await last().getByText('Rule often').waitFor();
    assert.equal(orrery.clock.now(), start + 2 * hour);
  });

  test('winds by any duration, and tells how often things happened', async () => {
    const { page } = console;
    await page.getByLabel('How much').fill('2');
    await page.getByLabel('Unit').selectOption('days');
    await page.getByRole('button', { name: 'Wind', exact: true }).click();
    await last().locator('li', { hasText: 'Rule nightly' }).getByText('2 ×').waitFor();
    await last().locator('li', { hasText: 'Rule often' }).getByText('24 ×').waitFor();
    assert.equal(orrery.clock.now(), start + 50 * hour);
    await page.locator('.clock-large', { hasText: '2026-11-23 11:30:00' }).waitFor();
  });

  test('shows the progress of a wind that somebody else began', async () => {
    const { page } = console;
    let go = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      go = resolve;
    });
    // A wind gives up waiting after a while: several, so that a slow browser sees it too.
    for (let minutes = 1; minutes <= 10; minutes += 1)
      orrery.clock.after(hour + minutes * 60_000, 'a slow thing', () => slow, { kind: 'delivery' });
    const wound = orrery.clock.wind(4 * hour);
    await page.getByRole('region', { name: 'Wind forward' }).getByText('Winding …').waitFor();
    assert.equal(await page.getByRole('button', { name: '1 week' }).isDisabled(), true);
    go();
    await wound;
    await last().getByText('A slow thing').waitFor();
    assert.equal(await page.getByRole('button', { name: '1 week' }).isEnabled(), true);
  });

  test('has no violations of WCAG AA in either theme and at phone width, and breaks its own policy nowhere', async () => {
    for (const [width, theme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      const other = await browser.newPage({ width, theme });
      await other.open('clock');
      await other.page.getByText('A slow thing').waitFor();
      assert.deepEqual(await other.violations(), [], `${width} ${theme}`);
      assert.equal(await other.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
      assert.deepEqual(other.complaints, []);
      await other.close();
    }
    assert.deepEqual(console.complaints, []);
  });
});
