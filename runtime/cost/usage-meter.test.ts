import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CloudWatchClient, DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../tests/runtime-fixture.ts';
import type { UsageEvent } from '../kernel/usage.ts';
import { type CostReport, costReport } from './cost-report.ts';
import { usageMeter } from './usage-meter.ts';

const hourMs = 3_600_000;

describe('the usage meter', () => {
  let orrery: Orrery;

  beforeEach(async () => {
    orrery = await startOrrery();
  });
  afterEach(() => orrery.stop());

  const report = (): Promise<CostReport> => costReport(orrery.kernel, { period: 'start' });

  async function amount(service: string, usageType: string): Promise<number> {
    const { lines } = (await report()).bill;
    return lines
      .filter((line) => line.service === service && line.usageType === usageType)
      .reduce((sum, line) => sum + line.amount, 0);
  }

  function use(traces: string[], used: Partial<UsageEvent> = {}): void {
    const about = {
      service: 'sqs',
      usageType: 'Requests-Tier1',
      resource: 'q',
      region: 'us-east-1',
      account: '000000000000',
    };
    orrery.kernel.events.emit('usage', { ...about, amount: 1, traces, ...used });
  }

  /** By route, after everything has been written. */
  function byCause(): Record<string, number> {
    const meter = orrery.kernel.engine(usageMeter);
    meter.settle();
    return Object.fromEntries(meter.table.rows().map(({ cause, amount: used }) => [cause, used]));
  }

  test('what was metered is there after a restart', async () => {
    const sqs = orrery.client(SQSClient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(65_537) }));
    assert.equal(await amount('sqs', 'Requests-Tier1'), 3, 'CreateQueue, and a message of two begun 64 KB');
    await orrery.restart();
    assert.equal(await amount('sqs', 'Requests-Tier1'), 3);
  });

  test('what stands is counted for the time it stood, and no longer', async () => {
    const cloudwatch = orrery.client(CloudWatchClient);
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'late',
        Namespace: 'Shop',
        MetricName: 'Late',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    await orrery.clock.wind(10 * hourMs);
    const before = (await report()).meteredHours;
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['late'] }));
    await orrery.clock.wind(10 * hourMs);
    const months = await amount('cloudwatch', 'CW:AlarmMonitorUsage');
    const hours = hoursInMonths(orrery.clock.now());
    // A test run at the end of a month has hours of two.
    assert.ok(Math.abs(months * hours - 10) < 0.5, `${months} months of ${hours} hours`);
    assert.ok(Math.abs(before - 10) < 0.01);
  });

  test('storage is paid by the byte and the hour', async () => {
    const s3 = orrery.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'menus' }));
    await s3.send(new PutObjectCommand({ Bucket: 'menus', Key: 'a', Body: Buffer.alloc(2 ** 20) }));
    await orrery.clock.wind(24 * hourMs);
    const months = await amount('s3', 'TimedStorage-ByteHrs');
    const expected = (2 ** -10 * 24) / hoursInMonths(orrery.clock.now());
    assert.ok(Math.abs(months - expected) / expected < 0.1, `${months}, expected about ${expected}`);
    assert.equal(await amount('s3', 'Requests-Tier1'), 2, 'the bucket and the object');
  });

  test('a route is charged for what its requests set off, a batch in equal parts', () => {
    const { events } = orrery.kernel;
    events.emit('trace.cause', { traceId: 'a', cause: 'POST /orders' });
    events.emit('trace.cause', { traceId: 'b', cause: 'POST /orders' });
    events.emit('trace.cause', { traceId: 'c', cause: 'POST /reservations' });
    events.emit('trace.links', { traceId: 'batch', of: ['a', 'b', 'c'] });
    use(['a']);
    use(['batch'], { amount: 3 });
    use(['a', 'c']);
    use([]);
    use(['unknown']);
    assert.deepEqual(byCause(), { '': 2, 'POST /orders': 3.5, 'POST /reservations': 1.5 });
  });

  test('an API that a function asks on the way is not a request of its own; a trace that a client names again is', async () => {
    const { events } = orrery.kernel;
    events.emit('trace.cause', { traceId: 'a', cause: 'POST /orders' });
    events.emit('trace.cause', { traceId: 'a', cause: 'GET /stock' });
    events.emit('trace.cause', { traceId: 'a', cause: 'POST /orders' });
    assert.deepEqual((await report()).measured, { 'POST /orders': 2 });
  });

  test('a route that was never asked for cannot be projected, and the measured ones are named', async () => {
    orrery.kernel.events.emit('trace.cause', { traceId: 'a', cause: 'POST /orders' });
    use(['a']);
    await assert.rejects(
      costReport(orrery.kernel, { period: 'start', routes: 'GET /menu=10' }),
      (error: Error & { next: string }) => {
        assert.match(error.message, /No request of "GET \/menu" has been measured/);
        assert.match(error.next, /POST \/orders/);
        return true;
      },
    );
    const { bill } = await costReport(orrery.kernel, { period: 'start', routes: 'POST /orders=1_000_000' });
    assert.deepEqual(
      bill.lines.map(({ amount: used, cost }) => [used, cost]),
      [[1_000_000, 0.4]],
    );
  });

  test('a month at the measured rate', async () => {
    use([], { amount: 100 });
    await orrery.clock.wind(73 * hourMs);
    const { bill } = await costReport(orrery.kernel, { period: 'rate' });
    const [line] = bill.lines;
    assert.ok(Math.abs((line?.amount ?? 0) - 1000) < 1, String(line?.amount));
  });
});

function hoursInMonths(nowMs: number): number {
  const now = new Date(nowMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0)).getUTCDate() * 24;
}
