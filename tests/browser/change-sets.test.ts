import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { browserMissing } from '../../app/site/browser.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';

const attack = '<img src=x onerror=alert(1)>';
const queue = (QueueName: string, more: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, VisibilityTimeout: 30, ...more },
});
const shop = { Orders: queue('orders'), Mails: queue('mails'), Old: queue('old') };
const taken = JSON.stringify({
  Resources: { Twice: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'templates' } } },
});

describe('the console: change sets, drift, and why something failed', { skip: browserMissing() }, () => {
  let orrery: Orrery;
  let client: CloudFormationClient;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    orrery = await startOrrery({ services: ['cloudformation', 's3', 'sqs', ...dependencies] });
    client = orrery.client(CloudFormationClient);
    const s3 = orrery.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
    await s3.send(new PutObjectCommand({ Bucket: 'templates', Key: 'inner.json', Body: taken }));
    await client.send(new CreateStackCommand({ StackName: 'shop', TemplateBody: JSON.stringify({ Resources: shop }) }));
    assert.equal(await settled('shop'), 'CREATE_COMPLETE');
    browser = await openConsole(orrery);
    console = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await orrery?.stop();
  });

  async function settled(StackName: string): Promise<string | undefined> {
    for (;;) {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      if (!stack?.StackStatus?.endsWith('IN_PROGRESS')) return stack?.StackStatus;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const section = (name: string) => console.page.getByRole('region', { name, exact: true });

  test('shows a change set as soon as it is made, and what each change would do to its resource', async () => {
    const { page } = console;
    await console.open('deployments/shop');
    await section('Change sets').getByText('None.').waitFor();
    const Resources = {
      Orders: queue('orders', { VisibilityTimeout: 60 }),
      Mails: queue('post'),
      New: queue('new'),
    };
    await client.send(
      new CreateChangeSetCommand({
        StackName: 'shop',
        ChangeSetName: 'spring',
        Description: attack,
        TemplateBody: JSON.stringify({ Resources }),
      }),
    );
    await section('Change sets').getByText(attack).waitFor();
    const change = (name: string) => page.locator('.change').filter({ has: page.getByText(name, { exact: true }) });
    await change('New').waitFor();
    assert.match(await change('Orders').innerText(), /Modify[\s\S]*changed in place[\s\S]*VisibilityTimeout\s+30 → 60/);
    assert.match(await change('Mails').innerText(), /Modify[\s\S]*replaced[\s\S]*mails → post[\s\S]*makes it anew/);
    assert.match(await change('Old').innerText(), /Remove[\s\S]*deleted/);
    assert.match(await change('New').innerText(), /Add[\s\S]*created/);
  });

  test('executes one by keyboard once it was confirmed, and deletes another', async () => {
    const { page } = console;
    await page.getByRole('button', { name: 'Execute …' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Execute spring?' });
    assert.match(await dialog.innerText(), /1 replaced: Mails[\s\S]*1 deleted: Old/);
    assert.equal(await settled('shop'), 'CREATE_COMPLETE');
    await dialog.getByRole('button', { name: 'Execute' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.detail-head').getByText('update complete', { exact: true }).waitFor();
    await section('Change sets').getByText('execute complete').waitFor();
    await client.send(
      new CreateChangeSetCommand({
        StackName: 'shop',
        ChangeSetName: 'summer',
        TemplateBody: JSON.stringify({ Resources: { Orders: queue('orders') } }),
      }),
    );
    await page.getByRole('button', { name: 'Delete summer' }).click();
    await page.getByRole('button', { name: 'Delete summer' }).waitFor({ state: 'detached' });
  });

  test('finds drift, and shows what was expected beside what is', async () => {
    const { page } = console;
    await section('Drift').getByText('Not looked for').waitFor();
    await page.getByRole('button', { name: 'Look for drift' }).click();
    await section('Drift').getByText('as the template says').waitFor();
    const sqs = orrery.client(SQSClient);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '99' } }));
    await page.getByRole('button', { name: 'Look for drift' }).click();
    await section('Drift').getByText('1 drifted').waitFor();
    assert.match(await page.locator('.drift').innerText(), /Orders[\s\S]*modified[\s\S]*VisibilityTimeout\s+60\s+99/);
  });

  test('tells why a stack failed as a chain, down to what a nested stack was refused', async () => {
    const { page } = console;
    await client.send(
      new CreateStackCommand({
        StackName: 'outer',
        TemplateBody: JSON.stringify({
          Resources: {
            Inner: {
              Type: 'AWS::CloudFormation::Stack',
              Properties: { TemplateURL: 'https://templates.s3.us-east-1.amazonaws.com/inner.json' },
            },
          },
        }),
      }),
    );
    assert.equal(await settled('outer'), 'ROLLBACK_COMPLETE');
    await page.getByRole('link', { name: /^outer rollback/ }).click();
    await section('Why it failed').getByText('Twice').waitFor();
    assert.match(
      await section('Why it failed').innerText(),
      /outer: rollback complete, because\s+Inner[\s\S]*because in outer-Inner[\s\S]*Twice[\s\S]*already (exists|owned)/i,
    );
  });

  test('has no violations of WCAG AA in either theme and at phone width, and breaks its own policy nowhere', async () => {
    await client.send(
      new CreateChangeSetCommand({
        StackName: 'shop',
        ChangeSetName: 'autumn',
        TemplateBody: JSON.stringify({ Resources: { Orders: queue('orders'), Mails: queue('letters') } }),
      }),
    );
    for (const [width, theme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      const other = await browser.newPage({ width, theme });
      for (const [path, shown] of [
        ['deployments/shop', 'letters'],
        ['deployments/outer', 'Twice'],
      ] as const) {
        await other.open(path);
        await other.page.getByText(shown).first().waitFor();
        assert.deepEqual(await other.violations(), [], `${path} ${width} ${theme}`);
        assert.equal(await other.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
      }
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
