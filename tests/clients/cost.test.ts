import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CostReport } from '../../runtime/cost/cost-report.ts';
import { CommandLine } from './command.fixture.ts';

describe('orrery cost', () => {
  const orrery = new CommandLine();

  before(async () => {
    mkdirSync(orrery.dataDir, { recursive: true });
    const file = join(orrery.dataDir, 'queue.yaml');
    writeFileSync(file, 'Resources:\n  Orders: {Type: "AWS::SQS::Queue", Properties: {QueueName: orders}}\n');
    await orrery.up(file, '--port', '0', '--http-port', '0');
    const { apiPort } = await orrery.json<{ apiPort: number }>('status');
    const sqs = new SQSClient({
      endpoint: `http://127.0.0.1:${apiPort}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const QueueUrl = `http://127.0.0.1:${apiPort}/000000000000/orders`;
    for (let sent = 0; sent < 10; sent += 1) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'order' }));
    sqs.destroy();
  });
  after(() => orrery.close());

  test('shows amount × price = cost of what ran, the free tier beside it', async () => {
    const { stdout, code, stderr } = await orrery.run('cost');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Amazon SQS/m);
    assert.match(
      stdout,
      /^ {2}Requests to standard queues, each begun 64 KB +\d+ requests +× \$0\.4 per 1,000,000 requests +\$0\.00000\d+$/m,
    );
    assert.match(stdout, /\(--free-tier\): \$0\.00/);
    assert.match((await orrery.run('cost', '--resources')).stdout, /arn:aws:sqs:us-east-1:000000000000:orders/);
  });

  test('answers scripts with every line, its price, and where and when the price was taken', async () => {
    const { bill, sources, meteredHours } = await orrery.json<CostReport>('cost', '--this-month');
    const line = bill.lines.find(
      ({ usageType, resource }) => usageType === 'Requests-Tier1' && resource.endsWith(':orders'),
    );
    assert.ok(line && line.amount >= 10 && line.cost === (line.amount / line.per) * line.usd);
    assert.ok(sources.some(({ service, page, taken }) => service === 'sqs' && page.includes('/sqs/pricing') && taken));
    assert.ok(meteredHours > 0);
  });

  test('says what cannot be asked: two periods, a route nobody used, a count that is none', async () => {
    const two = await orrery.run('cost', '--this-month', '--per-month');
    assert.deepEqual([two.code, /Choose one of/.test(two.stderr)], [2, true]);
    const route = await orrery.run('cost', '--for', 'GET /nowhere=10');
    assert.deepEqual([route.code, /No request of "GET \/nowhere" has been measured/.test(route.stderr)], [1, true]);
    const count = await orrery.run('cost', '--for', 'GET /nowhere=many');
    assert.deepEqual([count.code, /how many requests of which route/.test(count.stderr)], [1, true]);
  });

  test('is there after kill -9, but for the last second', async () => {
    const counted = (report: CostReport): number =>
      report.bill.lines.reduce((sum, { service, amount }) => sum + (service === 'sqs' ? amount : 0), 0);
    const before = counted(await orrery.json<CostReport>('cost'));
    process.kill((await orrery.json<{ pid: number }>('status')).pid, 'SIGKILL');
    await orrery.up('--empty', '--port', '0', '--http-port', '0');
    assert.ok(counted(await orrery.json<CostReport>('cost')) >= before);
  });
});
