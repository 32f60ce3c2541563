import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { browserMissing } from '../../app/site/browser.ts';
import { Experiments } from '../../runtime/services/fis/experiments.fixture.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';

const attack = '<img src=x onerror=alert(1)>';
const subnet = (zone: string, CidrBlock: string) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: { VpcId: { Ref: 'Vpc' }, AvailabilityZone: zone, CidrBlock, Tags: [{ Key: 'Name', Value: attack }] },
});
const template = JSON.stringify({
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    First: subnet('us-east-1a', '10.0.1.0/24'),
    Second: subnet('us-east-1b', '10.0.2.0/24'),
    Menu: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'sku', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'sku', KeyType: 'HASH' }],
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'],
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Shop: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'shop',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: 'exports.handler = async () => "open"' },
        VpcConfig: {
          SubnetIds: [{ Ref: 'First' }],
          SecurityGroupIds: [{ 'Fn::GetAtt': ['Vpc', 'DefaultSecurityGroup'] }],
        },
      },
    },
    Plain: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'plain',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: 'exports.handler = async () => "open"' },
      },
    },
  },
});

describe('the console: faults', { skip: browserMissing() }, () => {
  let orrery: Orrery;
  let fis: Experiments;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    orrery = await startOrrery({ services: ['cloudformation', 'ec2', 'fis', 'rds', 's3', 'sqs', ...dependencies] });
    fis = new Experiments(orrery);
    const client = orrery.client(CloudFormationClient);
    await client.send(
      new CreateStackCommand({ StackName: 'shop', TemplateBody: template, Capabilities: ['CAPABILITY_IAM'] }),
    );
    for (;;) {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: 'shop' }));
      if (stack?.StackStatus === 'CREATE_COMPLETE') break;
      assert.match(stack?.StackStatus ?? '', /^CREATE_IN_PROGRESS$/);
      await new Promise((resolve) => setImmediate(resolve));
    }
    browser = await openConsole(orrery);
    console = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await orrery?.stop();
  });

  async function running(): Promise<string[]> {
    const { body } = await fis.ask('GET', '/experiments');
    return body.experiments
      .filter(({ state }: { state: { status: string } }) => state.status === 'running')
      .map(({ id }: { id: string }) => id);
  }

  test('starts a fault by keyboard once it was confirmed, and every page says that one is active', async () => {
    const { page } = console;
    await console.open('faults');
    const choice = page.getByRole('radio', { name: /Invocation error/ });
    await choice.focus();
    await page.keyboard.press('Space');
    await page.getByRole('checkbox', { name: /plain/ }).focus();
    await page.keyboard.press('Space');
    const go = page.getByRole('button', { name: 'Break it …' });
    await go.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Invocation error?' });
    assert.match(await dialog.innerText(), /strikes 1: plain[\s\S]*preventExecution=true[\s\S]*after 5 min/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(await running(), []);
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Break it' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Broken now' }).getByText('Plain · plain').waitFor();
    const [id = ''] = await running();
    const { actions, targets } = await fis.get(id);
    assert.equal(actions.fault.actionId, 'aws:lambda:invocation-error');
    assert.deepEqual(targets.chosen.resourceArns, ['arn:aws:lambda:us-east-1:000000000000:function:plain']);
    await console.open('logs');
    await page.getByRole('link', { name: '1 fault active' }).waitFor();
  });

  test('the map marks what is struck by shape and by word, and no longer once it is healed', async () => {
    const { page } = console;
    await console.open('map');
    await page.locator('.node-struck', { hasText: 'plain' }).getByText('fault').waitFor();
    assert.equal(await page.locator('.node-struck').count(), 1);
    await page.getByRole('link', { name: '1 fault active' }).click();
    await page.getByRole('button', { name: 'Heal' }).click();
    await page.getByRole('region', { name: 'Before' }).getByText('stopped', { exact: true }).waitFor();
    assert.deepEqual(await running(), []);
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.node', { hasText: 'plain' }).waitFor();
    assert.equal(await page.locator('.struck').count(), 0);
  });

  test('cuts off a zone as one choice: its subnets and what is in them, until the time is over', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Faults', exact: true }).click();
    await page.getByRole('radio', { name: /Cut off a zone/ }).check();
    await page.getByRole('combobox', { name: 'Zone' }).selectOption('us-east-1a');
    await page.getByRole('button', { name: 'Break it …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cut off a zone?' });
    assert.match(await dialog.innerText(), /<img src=x onerror/);
    await dialog.getByRole('button', { name: 'Break it' }).click();
    await page.locator('.fault-time', { hasText: '5 min left' }).waitFor();
    const [id = ''] = await running();
    assert.equal((await fis.get(id)).actions.fault.parameters.scope, 'all');
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.frame-struck', { hasText: 'First' }).getByText('fault').waitFor();
    await page.locator('.node-struck', { hasText: 'shop' }).waitFor();
    assert.equal(await page.locator('.frame-struck').count(), 1);
    await orrery.clock.wind(5 * 60_000);
    await page.locator('.frame-struck').waitFor({ state: 'detached' });
    await page.getByText('fault active').waitFor({ state: 'detached' });
  });

  test('marks the functions that act as a role whose calls fail', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Faults', exact: true }).click();
    await page.getByRole('radio', { name: /throttle error/ }).check();
    await page.getByRole('checkbox', { name: /Role in shop/ }).check();
    await page.getByLabel('Service', { exact: true }).selectOption('dynamodb');
    await page.getByRole('button', { name: 'Break it …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Break it' }).click();
    await page.getByRole('region', { name: 'Broken now' }).waitFor();
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.node-struck', { hasText: 'plain' }).waitFor();
    await page.getByText('inject api throttle error of dynamodb').first().waitFor();
    assert.equal(await page.locator('.node-struck').count(), 2);
  });

  test('says in the words of FIS why something did not begin', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Faults', exact: true }).click();
    await page.getByRole('radio', { name: /Invocation add delay/ }).check();
    await page.getByRole('checkbox', { name: /plain/ }).check();
    await page.getByLabel('Startup delay milliseconds').fill('0');
    await page.getByRole('button', { name: 'Break it …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Break it' }).click();
    await page.getByText('must be a whole number from 1 to 900000').waitFor();
  });

  test('has no violations of WCAG AA in either theme and at phone width, and breaks its own policy nowhere', async () => {
    for (const [width, theme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      const other = await browser.newPage({ width, theme });
      await other.open('faults');
      await other.page.getByRole('button', { name: 'Heal' }).first().waitFor();
      await other.page.getByRole('radio', { name: /Cut off a zone/ }).check();
      await other.page.getByRole('combobox', { name: 'Zone' }).selectOption('us-east-1b');
      assert.deepEqual(await other.violations(), [], `${width} ${theme}`);
      await other.page.getByRole('button', { name: 'Break it …' }).click();
      assert.deepEqual(await other.violations(), [], `dialog ${width} ${theme}`);
      assert.equal(await other.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false);
      await other.open('map');
      await other.page.locator('.struck').first().waitFor();
      assert.deepEqual(await other.violations(), [], `map ${width} ${theme}`);
      assert.deepEqual(other.complaints, []);
      await other.close();
    }
    assert.deepEqual(
      console.complaints.filter((text) => !/400 \(Bad Request\)/.test(text)),
      [],
    );
  });
});

/** What the services above want to have started before themselves. */
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
