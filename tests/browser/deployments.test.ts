import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { browserMissing } from '../../app/site/browser.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';

const template = JSON.stringify({
  Resources: {
    Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
    Menu: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'the-menu' } },
  },
  Outputs: { OrdersUrl: { Value: { Ref: 'Orders' }, Description: 'Where orders go' } },
});

/** The bucket's name is taken by the first stack. */
const failing = JSON.stringify({
  Resources: { Twice: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'the-menu' } } },
});

describe('the console: deployments', { skip: browserMissing() }, () => {
  let orrery: Orrery;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    orrery = await startOrrery({ clock: 'running', services: ['cloudformation', 's3', 'sqs', ...dependencies] });
    browser = await openConsole(orrery);
    console = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await orrery?.stop();
  });

  async function create(StackName: string, TemplateBody: string): Promise<void> {
    const client = orrery.client(CloudFormationClient);
    await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    for (;;) {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      if (!stack?.StackStatus?.endsWith('IN_PROGRESS')) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test('says what to do while nothing is deployed, and shows a stack as soon as it is created', async () => {
    await console.open('deployments');
    await console.page.getByRole('heading', { name: 'Nothing is deployed yet' }).waitFor();
    await create('shop', template);
    await console.page.getByRole('heading', { name: 'shop' }).waitFor();
    await console.page.locator('.detail-head').getByText('create complete').waitFor();
  });

  test('shows outputs, every resource with its fidelity, and the events of the deployment', async () => {
    const { page } = console;
    await page.getByText('OrdersUrl').waitFor();
    const row = page.locator('.row', { hasText: 'Orders' });
    await row.getByText('SQS Queue').waitFor();
    await row.getByRole('button', { name: 'all 1 executed' }).click();
    assert.match(await row.innerText(), /QueueName\s+executed/);
    const events = await page.locator('.events li').allInnerTexts();
    assert.match(events[0] ?? '', /shop\s+CloudFormation Stack[\s\S]*create complete/);
    assert.ok(events.some((text) => /Menu[\s\S]*create in progress/.test(text)));
  });

  test('says why a deployment failed, live, and keeps the words of the refusal', async () => {
    const { page } = console;
    await create('copy', failing);
    await page.getByRole('link', { name: /copy/ }).click();
    const reasons = page.getByRole('region', { name: 'Why it failed' });
    await reasons.getByText('Twice').waitFor();
    assert.match(await reasons.innerText(), /already (exists|owned)/i);
    assert.match(page.url(), /\/_orrery\/deployments\/copy$/);
  });

  test('winds the clock from the header and shows the cloud’s time', async () => {
    const before = orrery.clock.now();
    await console.page.getByRole('button', { name: '+1 h' }).click();
    await console.page.getByText(/Wound 1 h forward/).waitFor();
    assert.ok(orrery.clock.now() - before >= 3_600_000);
    await console.page.getByText('1 h ahead').waitFor();
  });

  test('is reached by keyboard, has no violations of WCAG AA in either theme and at phone width, and breaks its own policy nowhere', async () => {
    const { page } = console;
    await page.keyboard.press('Tab');
    for (const [width, theme] of [
      [1440, 'light'],
      [1440, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const) {
      const other = await browser.newPage({ width, theme });
      await other.open('deployments/copy');
      await other.page.getByText('Why it failed').waitFor();
      assert.deepEqual(await other.violations(), [], `${width} ${theme}`);
      assert.equal(await other.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
      assert.deepEqual(other.complaints, []);
      await other.close();
    }
    assert.deepEqual(console.complaints, []);
  });
});

/** What the CloudFormation service wants to have started before itself. */
const dependencies = [
  'apigatewayv2',
  'cloudfront',
  'cloudwatch',
  'dynamodb',
  'dynamodbstreams',
  'ecr',
  'events',
  'iam',
  'kms',
  'lambda',
  'logs',
  'secretsmanager',
  'sns',
  'ssm',
  'sts',
];
