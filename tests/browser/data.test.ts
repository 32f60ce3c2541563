import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
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
    await page.getByRole('link', { name: 'menu' }).click();
    await page.getByText('oysters', { exact: true }).first().waitFor();
    await page.getByRole('searchbox').fill('soup');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('1 items with sku soup').waitFor();
    await page.getByText('2 attributes').click();
    assert.match(await page.getByRole('region', { name: 'Items' }).innerText(), /<script>document/);
  });

  test('finds items by a condition on the sort key, backwards', async () => {
    const { page } = console;
    await console.open('data/tables/bookings');
    await page.getByRole('searchbox').fill('friday');
    await page.getByRole('combobox').selectOption('is at least');
    await page.getByLabel('time is at least').fill('19');
    await page.getByLabel('last first').check();
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('3 items with day friday').waitFor();
    const times = await page.locator('.data-table td:nth-child(2)').allInnerTexts();
    assert.deepEqual(times, ['21', '20', '19']);
  });

  test('says how many objects of a folder it shows, and shows more', async () => {
    const { page } = console;
    await console.open('data/buckets/the-site/many%2F');
    await page.getByText('First 100 of 130.').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('link', { name: '129.txt' }).waitFor();
    assert.equal(await page.getByText('First 100').count(), 0);
  });

  test('looks into a queue without receiving, and its messages stay text', async () => {
    const { page } = console;
    await console.open('data/queues/orders');
    const waiting = page.locator('.counts div', { hasText: 'waiting' });
    await waiting.getByText('1', { exact: true }).waitFor();
    await page.locator('.messages summary').click();
    await page.locator('.messages pre').getByText('onerror=').waitFor();
    await page.getByText('received 0×').waitFor();
    assert.doesNotMatch(await page.title(), /taken/);
    const { Messages } = await orrery
      .client(SQSClient)
      .send(new ReceiveMessageCommand({ QueueUrl: 'orders', AttributeNames: ['All'], VisibilityTimeout: 0 }));
    assert.equal(Messages?.[0]?.Attributes?.ApproximateReceiveCount, '1');
  });

  test('moves the messages of a dead-letter queue back to where they came from', async () => {
    const { page } = console;
    await console.open('data/queues/failed');
    await page.getByText('cold soup').first().waitFor();
    await page.getByRole('button', { name: 'Move back' }).click();
    await page.getByText('The messages are on their way back.').waitFor();
    await page.getByText('Nothing lies in it.').waitFor();
  });

  test('gives an attachment as a file that no browser shows', async () => {
    const { page } = console;
    await console.open('data/mail');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'invoice.html' }).click();
    assert.equal((await download).suggestedFilename(), 'invoice.html');
  });

  test('shows parameters, but a SecureString only when it is asked for', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Parameters' }).click();
    await page.getByText('Good evening').waitFor();
    assert.doesNotMatch(await page.content(), /hush/);
    await page.getByRole('button', { name: 'Show /shop/key' }).click();
    await page.getByText('hush').waitFor();
  });

  test('hides secrets until they are asked for', async () => {
    const { page } = console;
    await page.getByRole('link', { name: 'Secrets' }).click();
    await page.getByText('database', { exact: true }).waitFor();
    assert.doesNotMatch(await page.content(), /open sesame/);
    await page.getByRole('button', { name: 'Show database' }).click();
    await page.getByText('open sesame').waitFor();
  });

  test('has no violations of WCAG AA, in the logs and metrics neither, and breaks its own policy nowhere', async () => {
    const other = await browser.newPage({ width: 390, theme: 'dark' });
    for (const path of [
      'data/mail',
      'data/tables/bookings',
      'data/queues/orders',
      'data/parameters',
      'data/secrets',
      'logs',
      'metrics',
    ]) {
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
  const raw = `From: shop@example.com\r\nTo: ada@example.com\r\nSubject: Hello ${attack}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: text/html\r\n\r\n<p style="color: green">Your table is ready</p>${attack}\r\n--cut\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=invoice.html\r\n\r\n${attack}\r\n--cut--\r\n`;
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
  for (let at = 0; at < 130; at += 1)
    await s3.send(
      new PutObjectCommand({ Bucket: 'the-site', Key: `many/${String(at).padStart(3, '0')}.txt`, Body: 'x' }),
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
  await dynamo.send(
    new CreateTableCommand({
      TableName: 'bookings',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'day', KeyType: 'HASH' },
        { AttributeName: 'time', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'day', AttributeType: 'S' },
        { AttributeName: 'time', AttributeType: 'N' },
      ],
    }),
  );
  for (const time of ['18', '19', '20', '21'])
    await dynamo.send(new PutItemCommand({ TableName: 'bookings', Item: { day: { S: 'friday' }, time: { N: time } } }));
  const ssm = orrery.client(SSMClient);
  await ssm.send(new PutParameterCommand({ Name: '/shop/greeting', Type: 'String', Value: 'Good evening' }));
  await ssm.send(new PutParameterCommand({ Name: '/shop/key', Type: 'SecureString', Value: 'hush' }));
  const sqs = orrery.client(SQSClient);
  await sqs.send(new CreateQueueCommand({ QueueName: 'failed' }));
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:failed',
    maxReceiveCount: 1,
  });
  await sqs.send(new CreateQueueCommand({ QueueName: 'kitchen', Attributes: { RedrivePolicy } }));
  await sqs.send(new SendMessageCommand({ QueueUrl: 'kitchen', MessageBody: 'cold soup' }));
  const receive = new ReceiveMessageCommand({ QueueUrl: 'kitchen', VisibilityTimeout: 0 });
  await sqs.send(receive);
  await sqs.send(receive);
  await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
  await sqs.send(new SendMessageCommand({ QueueUrl: 'orders', MessageBody: attack }));
  await orrery
    .client(SecretsManagerClient)
    .send(new CreateSecretCommand({ Name: 'database', SecretString: 'open sesame' }));
}
