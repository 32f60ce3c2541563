import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { type Postgres, postgresMissing, startPostgres } from '../../app/postgres-fixture.ts';
import { openDatabase } from '../../app/shared/data/database.ts';
import { migrate } from '../../app/shared/data/migrations.ts';
import type { ShownMail } from '../../runtime/cli/kept-mail.ts';
import { CommandLine } from './command.fixture.ts';

const functions = join(import.meta.dirname, '..', '..', 'app', 'functions');
const admin = 'admin@slack-water.example';

/** The restaurant's two functions as they are deployed, from the event to the mail that a person reads. */
describe('the restaurant’s mail', { skip: postgresMissing() }, () => {
  const orrery = new CommandLine();
  let postgres: Postgres;
  let options: object;
  before(async () => {
    postgres = await startPostgres();
    const environment = await postgres.createDatabase();
    await fillDatabase(environment);
    mkdirSync(orrery.dataDir, { recursive: true });
    for (const name of ['order-notifier', 'monthly-report'])
      await build({
        entryPoints: [join(functions, name, 'handler.ts')],
        outfile: join(orrery.dataDir, name, 'index.js'),
        bundle: true,
        platform: 'node',
        target: 'node24',
        external: ['pg-native'],
        logLevel: 'silent',
      });
    const file = join(orrery.dataDir, 'mail.json');
    writeFileSync(file, JSON.stringify(template(environment)));
    await orrery.up(file, '--port', '0', '--http-port', '0');
    const { apiPort } = await orrery.json<{ apiPort: number }>('status');
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    options = { endpoint: `http://127.0.0.1:${apiPort}`, region: 'us-east-1', credentials };
  });
  after(async () => {
    await orrery.close();
    await postgres.stop();
  });

  test('an order’s event brings the admin a mail about it', async () => {
    const events = new EventBridgeClient(options);
    const detail = {
      orderId: 'ord_1',
      receivedAt: '2026-07-01T18:30:00.000Z',
      customer: { name: 'Ada Fisher', email: 'ada@example.com', phone: '01728 555010' },
      lines: [{ sku: 'chips', name: 'Sea-salt chips', quantity: 2, unitPrice: 450, linePrice: 900 }],
      total: 900,
      currency: 'GBP',
    };
    const Entries = [{ Source: 'slack-water.orders', DetailType: 'Order Placed', Detail: JSON.stringify(detail) }];
    await events.send(new PutEventsCommand({ Entries }));
    events.destroy();
    const mail = await mailWith('New order');
    assert.deepEqual([mail.from, mail.to, mail.replyTo], [admin, [admin], ['ada@example.com']]);
    assert.equal(mail.subject, 'New order: 2 dishes for Ada Fisher, £9.00');
    assert.match(mail.text, /2 x Sea-salt chips: £9\.00/);
    assert.match(mail.html, /<strong>Ada Fisher<\/strong>/);
  });

  test('the month’s report is HTML with its chart, and the figures as CSV', async () => {
    const lambda = new LambdaClient(options);
    const Payload = JSON.stringify({ time: '2026-08-01T06:00:00Z' });
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'monthly-report', Payload }));
    lambda.destroy();
    assert.equal(answer.FunctionError, undefined, Buffer.from(answer.Payload ?? []).toString());
    const mail = await mailWith('Sales in');
    assert.deepEqual([mail.subject, mail.to], ['Sales in July 2026: £83.00', [admin]]);
    const [chart = assert.fail('no chart'), csv] = mail.attachments;
    assert.deepEqual([chart.contentType, chart.disposition], ['image/png', 'inline']);
    assert.ok(mail.html.includes(`src="cid:${chart.contentId}"`));
    const png = Buffer.from(chart.content ?? '', 'base64');
    assert.deepEqual([png.length, png.subarray(1, 4).toString()], [chart.size, 'PNG']);
    assert.deepEqual([csv?.name, csv?.contentType], ['sales-2026-07.csv', 'text/csv']);
    const { stdout: page } = await orrery.run('mail', String(mail.number), '--html');
    assert.ok(page.includes(`src="data:image/png;base64,${chart.content}"`));
    assert.match(
      Buffer.from(csv?.content ?? '', 'base64').toString(),
      /^kind,name,quantity,total\r\nday,2026-07-01,0,0\.00\r\n/,
    );
  });

  /** The mail that is on its way: an event's function runs after the answer. */
  async function mailWith(subject: string): Promise<ShownMail> {
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const mails = await orrery.json<ShownMail[]>('mail', '--to', admin);
      const found = mails.find((mail) => mail.subject.startsWith(subject));
      if (found) return found;
    }
    const { stdout } = await orrery.run('logs');
    return assert.fail(`no mail with ${subject}:\n${stdout}`);
  }
});

async function fillDatabase(environment: Record<string, string>): Promise<void> {
  const database = await openDatabase({ environment });
  await migrate(database, { info() {}, warn() {}, error() {} });
  const customer = { customer_name: 'Ada', customer_email: 'a@example.com', customer_phone: '12345', note: null };
  const orders = [
    ['ord_1', '2026-07-03T19:00:00Z', 'crab', 'Dressed crab', 2, 1850],
    ['ord_2', '2026-07-18T18:00:00Z', 'oysters', 'Six oysters', 3, 1450],
    ['ord_3', '2026-07-18T18:30:00Z', 'chips', 'Sea-salt chips', 1, 250],
  ] as const;
  for (const [id, at, sku, name, quantity, price] of orders) {
    const total = quantity * price;
    const time = { received_at: new Date(at), confirmed_at: new Date(at) };
    const rest = { ...time, ...customer, total, currency: 'GBP' };
    await database.kysely
      .insertInto('orders')
      .values({ id, status: 'confirmed', request_hash: '', ...rest })
      .execute();
    const line = { order_id: id, position: 0, sku, name, quantity, unit_price: price, line_price: total };
    await database.kysely.insertInto('order_lines').values(line).execute();
  }
  await database.close();
}

function template(database: Record<string, string>): object {
  const Variables = { ADMIN_EMAIL: admin, SENDER_EMAIL: admin };
  const lambda = (FunctionName: string, more: object = {}) => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: `./${FunctionName}`,
      Timeout: 30,
      MemorySize: 512,
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Environment: { Variables: { ...Variables, ...more } },
    },
  });
  const statement = (Effect: string, rest: object) => ({ Version: '2012-10-17', Statement: [{ Effect, ...rest }] });
  const Resource = { 'Fn::Sub': `arn:aws:ses:\${AWS::Region}:\${AWS::AccountId}:identity/${admin}` };
  return {
    Resources: {
      Admin: { Type: 'AWS::SES::EmailIdentity', Properties: { EmailIdentity: admin } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: statement('Allow', {
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          }),
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
          Policies: [
            {
              PolicyName: 'mail',
              PolicyDocument: statement('Allow', { Action: ['ses:SendEmail', 'ses:SendRawEmail'], Resource }),
            },
          ],
        },
      },
      Notifier: lambda('order-notifier'),
      Report: lambda('monthly-report', database),
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: { source: ['slack-water.orders'], 'detail-type': ['Order Placed'] },
          Targets: [{ Id: 'notifier', Arn: { 'Fn::GetAtt': ['Notifier', 'Arn'] } }],
        },
      },
      MayNotify: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { Ref: 'Notifier' },
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
        },
      },
    },
  };
}
