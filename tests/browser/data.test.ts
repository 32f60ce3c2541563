import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { browserMissing } from '../../app/site/browser.ts';
import { mailbox } from '../../runtime/engines/mail/mailbox.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';

const attack = '<script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">';

describe('the console: data', { skip: browserMissing() }, () => {
  let orrery: Orrery;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    orrery = await startOrrery({ clock: 'running' });
    await fill(orrery);
    browser = await openConsole(orrery);
    console = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await orrery?.stop();
  });

  test('shows a mail as it looks, in a frame without scripts and without an origin', async () => {
    const { page } = console;
    await console.open('data/mail');
    const mail = page.frameLocator('.mail-frame');
    await mail.getByText('Your table is ready').waitFor();
    assert.equal(await page.locator('.mail-frame').getAttribute('sandbox'), '');
    const colour = await mail.getByText('Your table is ready').evaluate((element) => getComputedStyle(element).color);
    assert.equal(colour, 'rgb(0, 128, 0)');
    assert.doesNotMatch(await page.title(), /taken/);
  });

  test('walks through a bucket to an object, whose text stays text', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Buckets' }).click();
    await page.getByRole('link', { name: 'pages/' }).click();
    await page.getByRole('link', { name: 'attack.html' }).click();
    await page.getByText('onerror=').waitFor();
    assert.doesNotMatch(await page.title(), /taken/);
  });

  test('reads a table, and finds items by their partition key', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Tables' }).click();
    await page.getByText('oysters', { exact: true }).waitFor();
    await page.getByRole('searchbox').fill('soup');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('1 items with sku soup').waitFor();
    assert.match(await page.locator('.items').innerText(), /<script>document/);
  });

  test('counts what waits in a queue without taking it', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Queues' }).click();
    const waiting = page.locator('.counts div', { hasText: 'waiting' });
    await waiting.getByText('1', { exact: true }).waitFor();
  });

  test('hides secrets until they are asked for', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Secrets' }).click();
    await page.getByText('database').waitFor();
    assert.doesNotMatch(await page.content(), /open sesame/);
    await page.getByRole('button', { name: 'Show database' }).click();
    await page.getByText('open sesame').waitFor();
  });

  test('has no violations of WCAG AA, in the logs and metrics neither, and breaks its own policy nowhere', async () => {
    const other = await browser.newPage({ width: 390, theme: 'dark' });
    for (const path of ['data/mail', 'data/tables', 'data/queues', 'data/secrets', 'logs', 'metrics']) {
      await other.open(path);
      await other.page.locator('h1').first().waitFor();
      assert.deepEqual(await other.violations(), [], path);
      assert.equal(
        await other.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth),
        false,
        path,
      );
    }
    // The frame's own policy refuses the mail's script, which the browser tells.
    const refused = /Blocked script execution in|violates the following Content Security Policy/;
    assert.deepEqual(
      [...console.complaints, ...other.complaints].filter((text) => !refused.test(text)),
      [],
    );
  });
});

async function fill(orrery: Orrery): Promise<void> {
  const raw = `From: shop@example.com\r\nTo: ada@example.com\r\nSubject: Hello ${attack}\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p style="color: green">Your table is ready</p>${attack}\r\n`;
  await orrery.kernel.engine(mailbox).post({
    id: 'one',
    account: '000000000000',
    region: 'us-east-1',
    service: 'ses',
    envelopeFrom: 'shop@example.com',
    recipients: ['ada@example.com'],
    raw: Buffer.from(raw),
  });
  const s3 = orrery.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: 'the-site' }));
  await s3.send(
    new PutObjectCommand({ Bucket: 'the-site', Key: 'pages/attack.html', Body: attack, ContentType: 'text/html' }),
  );
  const dynamo = orrery.client(DynamoDBClient);
  await dynamo.send(
    new CreateTableCommand({
      TableName: 'menu',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'sku', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'sku', AttributeType: 'S' }],
    }),
  );
  for (const [sku, name] of [
    ['oysters', 'Oysters'],
    ['soup', attack],
  ] as const)
    await dynamo.send(new PutItemCommand({ TableName: 'menu', Item: { sku: { S: sku }, name: { S: name } } }));
  const sqs = orrery.client(SQSClient);
  await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
  await sqs.send(new SendMessageCommand({ QueueUrl: 'orders', MessageBody: attack }));
  await orrery
    .client(SecretsManagerClient)
    .send(new CreateSecretCommand({ Name: 'database', SecretString: 'open sesame' }));
}
