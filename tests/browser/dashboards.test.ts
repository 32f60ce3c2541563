import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudWatchClient,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { browserMissing } from '../../app/site/browser.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';

const attack = '<script>document.title="taken"</script>';
const region = 'us-east-1';

const widgets = [
  {
    type: 'text',
    x: 0,
    y: 0,
    width: 24,
    height: 2,
    properties: {
      markdown: `# The shop\nWhat **orders** do: [runbook](https://example.com/run), [bad](javascript:alert(1)) ${attack}`,
    },
  },
  {
    type: 'metric',
    x: 0,
    y: 2,
    width: 12,
    height: 6,
    properties: {
      title: 'Orders by zone',
      region,
      stat: 'Sum',
      period: 60,
      metrics: [
        ['Shop', 'Orders', 'Zone', 'a'],
        ['...', 'b', { label: 'the second' }],
        [{ expression: 'm1+m2', label: 'both', id: 'e1' }],
        ['.', '.', '.', 'a', { id: 'm1', visible: false }],
        ['.', '.', '.', 'b', { id: 'm2', visible: false }],
      ],
      annotations: { horizontal: [{ value: 9, label: 'enough' }] },
    },
  },
  single('singleValue', 12),
  single('gauge', 16, { yAxis: { left: { min: 0, max: 10 } } }),
  single('pie', 20),
  single('bar', 12, { title: 'Bars' }, 5),
  {
    type: 'alarm',
    x: 0,
    y: 8,
    width: 12,
    height: 3,
    properties: { title: 'Alarms', alarms: [`arn:aws:cloudwatch:${region}:000000000000:alarm:too-many`] },
  },
  { type: 'log', x: 12, y: 8, width: 6, height: 3, properties: { region, query: `fields @message ${attack}` } },
  { type: 'explorer', x: 18, y: 8, width: 6, height: 3, properties: { metrics: [], aggregateBy: {}, labels: [] } },
];

function single(view: string, x: number, more: object = {}, y = 2) {
  const metrics = [
    ['Shop', 'Orders', 'Zone', 'a'],
    ['.', '.', '.', 'b'],
  ];
  return {
    type: 'metric',
    x,
    y,
    width: 4,
    height: 3,
    properties: { title: view, view, region, stat: 'Sum', period: 60, metrics, ...more },
  };
}

describe('the console: dashboards', { skip: browserMissing() }, () => {
  let orrery: Orrery;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    orrery = await startOrrery({ clock: 'held', services: ['cloudwatch', 'sns'] });
    const cloudwatch = orrery.client(CloudWatchClient);
    const Timestamp = new Date(orrery.clock.now() - 120_000);
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
        MetricData: [
          { MetricName: 'Orders', Dimensions: [{ Name: 'Zone', Value: 'a' }], Timestamp, Value: 3 },
          { MetricName: 'Orders', Dimensions: [{ Name: 'Zone', Value: 'b' }], Timestamp, Value: 5 },
        ],
      }),
    );
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'too-many',
        Namespace: 'Shop',
        MetricName: 'Orders',
        Dimensions: [{ Name: 'Zone', Value: 'a' }],
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 100,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    await cloudwatch.send(
      new PutDashboardCommand({ DashboardName: 'shop', DashboardBody: JSON.stringify({ start: '-PT1H', widgets }) }),
    );
    browser = await openConsole(orrery);
    console = await browser.newPage({ height: 1200 });
    await console.open('dashboards');
    await console.page.getByRole('heading', { name: 'shop', exact: true }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await orrery?.stop();
  });

  const widget = (text: string) => console.page.locator('.widget', { hasText: text }).first();

  test('draws metrics and expressions over time, with their labels, newest values and annotations', async () => {
    const legend = widget('Orders by zone').locator('.chart-legend');
    await legend.getByText('both').waitFor();
    assert.deepEqual(
      (await legend.locator('li').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
      ['a 3', 'the second 5', 'both 8', 'enough 9'],
    );
    await widget('Orders by zone').locator('canvas').waitFor();
    const about = await widget('Orders by zone').getByRole('img').getAttribute('aria-label');
    assert.match(about ?? '', /both 8/);
  });

  test('shows single values, gauges, shares and bars', async () => {
    assert.match(await widget('singleValue').innerText(), /a\s+3\s+b\s+5/);
    await widget('gauge').getByRole('img', { name: 'b: 5 of 10' }).waitFor();
    assert.match(await widget('pie').innerText(), /a\s*38%[\s\S]*b\s*63%/);
    assert.match(await widget('Bars').innerText(), /a\s+3\s+b\s+5/);
  });

  test('puts widgets where the body says on a grid of 24 columns', async () => {
    const [left, right] = [await widget('Orders by zone').boundingBox(), await widget('singleValue').boundingBox()];
    assert.ok(left && right);
    assert.equal(left.y, right.y);
    assert.ok(right.x > left.x + left.width);
    assert.ok(Math.abs(left.width / right.width - 3) < 0.3);
  });

  test('shows alarms and text, in which HTML and other schemes than the web’s stay text', async () => {
    await widget('too-many').getByText('too few data').waitFor();
    const text = console.page.locator('.widget-text');
    assert.match(await text.innerText(), /<script>document/);
    assert.deepEqual(await text.locator('a').allInnerTexts(), ['runbook']);
    assert.doesNotMatch(await console.page.title(), /taken/);
  });

  test('names the widgets that are not done', async () => {
    await console.page.getByText('Log widgets are not done').waitFor();
    await console.page.getByText('Widgets of the type explorer are not done.').waitFor();
  });

  test('has no violations of WCAG AA in either theme and at phone width', async () => {
    for (const [width, theme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      const other = await browser.newPage({ width, theme });
      await other.open('dashboards/shop');
      await other.page.locator('.chart-legend li').first().waitFor();
      assert.deepEqual(await other.violations(), [], `${width} ${theme}`);
      assert.equal(await other.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
      assert.deepEqual(other.complaints, []);
      await other.close();
    }
    assert.deepEqual(console.complaints, []);
  });
});
