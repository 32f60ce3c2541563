import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type CostReport, type CostRequest, costReport } from '../../runtime/cost/cost-report.ts';
import { eventually, type System, startSystem } from './system-fixture.ts';

/** AWS's prices, written down here again by hand: us-east-1, arm64 functions. */
const price = {
  apiRequest: 1 / 1e6,
  edgeRequest: 0.01 / 1e4,
  lambdaRequest: 0.2 / 1e6,
  gigabyteSecond: 0.0000133334,
  queueRequest: 0.4 / 1e6,
  writeUnit: 0.625 / 1e6,
  loggedGigabyte: 0.5,
};

describe('what serverless-orders costs', () => {
  let system: System;
  let queueCalls = 0;
  let deployment: FilteredLogEvent[] = [];

  before(async () => {
    system = await startSystem('serverless-orders');
    system.kernel.events.on('api.call', ({ service, errorCode }) => {
      if (service === 'sqs' && errorCode === undefined) queueCalls += 1;
    });
  });
  after(() => system?.stop());

  const value = (output: string): string =>
    system.outputs[output]?.value ?? assert.fail(`the stack has no output ${output}`);
  const bill = (request: CostRequest = { period: 'start' }): Promise<CostReport> => costReport(system.kernel, request);

  /** One after the other, each until it is in the table: every order is a batch of its own. */
  async function placeOrders(count: number): Promise<void> {
    for (let placed = 0; placed < count; placed += 1) {
      const answer = await system.fetch(`${value('SiteUrl')}/api/orders`, {
        method: 'POST',
        body: {
          customer: { name: 'Ada', email: 'ada@example.com', phone: '+44 20 7946 0000' },
          items: [{ sku: 'oysters', quantity: 1 }],
        },
      });
      assert.equal(answer.status, 202, answer.text);
      const Key = { pk: { S: `order#${answer.json<{ orderId: string }>().orderId}` } };
      await eventually('the order is in the table', async () => {
        const { Item } = await system
          .client(DynamoDBClient)
          .send(new GetItemCommand({ TableName: value('OrdersTableName'), Key }));
        return Item;
      });
    }
  }

  /** Every line of every function. */
  async function functionLogs(): Promise<FilteredLogEvent[]> {
    const logs = system.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const lines: FilteredLogEvent[] = [];
    for (const { logGroupName } of logGroups.filter((group) => !group.logGroupName?.startsWith('/aws/vendedlogs/'))) {
      let nextToken: string | undefined;
      do {
        const page = await logs.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
        lines.push(...(page.events ?? []));
        nextToken = page.nextToken;
      } while (nextToken);
    }
    return lines;
  }

  /** What the REPORT lines say, whether written as text or JSON. */
  function reports(lines: FilteredLogEvent[]): { billedMs: number; memoryMb: number }[] {
    return lines.flatMap(({ message = '' }) => {
      const text = /^REPORT .*Billed Duration: (\d+) ms\tMemory Size: (\d+) MB/.exec(message);
      if (text) return [{ billedMs: Number(text[1]), memoryMb: Number(text[2]) }];
      if (!message.includes('"platform.report"')) return [];
      const { record } = JSON.parse(message) as {
        record: { metrics: { billedDurationMs: number; memorySizeMB: number } };
      };
      return [{ billedMs: record.metrics.billedDurationMs, memoryMb: record.metrics.memorySizeMB }];
    });
  }

  async function reportsOf(count: number): Promise<FilteredLogEvent[]> {
    return eventually(`${count} invocations are reported`, async () => {
      const lines = await functionLogs();
      return reports(lines).length >= count ? lines : undefined;
    });
  }

  function without(lines: FilteredLogEvent[], known: FilteredLogEvent[]): FilteredLogEvent[] {
    const ids = new Set(known.map(({ eventId }) => eventId));
    return lines.filter(({ eventId }) => !ids.has(eventId));
  }

  function costOf(report: CostReport, service: string, usageType: string): number {
    return linesOf(report, service, usageType).reduce((sum, { cost }) => sum + cost, 0);
  }

  function amountOf(report: CostReport, service: string, usageType: string): number {
    return linesOf(report, service, usageType).reduce((sum, { amount }) => sum + amount, 0);
  }

  function linesOf(report: CostReport, service: string, usageType: string) {
    return report.bill.lines.filter((line) => line.service === service && line.usageType === usageType);
  }

  /** Within a part in a million of what was reckoned by hand. */
  function near(actual: number, expected: number, what: string): void {
    assert.ok(Math.abs(actual - expected) <= Math.abs(expected) * 1e-6, `${what}: ${actual}, by hand ${expected}`);
  }

  test('S-C2 the bill of the orders is what a calculation by hand comes to, and twice the orders cost twice as much', async () => {
    // The deployment runs a function too; it has costs of its own.
    deployment = await reportsOf(1);
    const before = await bill();
    const callsBefore = queueCalls;
    await placeOrders(10);
    const lines = without(await reportsOf(21), deployment);
    const first = await bill();
    const calls = queueCalls;
    const invocations = reports(lines);
    const gigabyteSeconds = invocations.reduce(
      (sum, { billedMs, memoryMb }) => sum + (billedMs / 1000) * (memoryMb / 1024),
      0,
    );
    const bytes = lines.reduce((sum, { message = '' }) => sum + Buffer.byteLength(message) + 26, 0);
    assert.equal(invocations.length, 20);
    const spent = (service: string, usageType: string): number =>
      costOf(first, service, usageType) - costOf(before, service, usageType);
    near(spent('lambda', 'Request-ARM'), 20 * price.lambdaRequest, 'Lambda requests');
    near(spent('lambda', 'Lambda-GB-Second-ARM'), gigabyteSeconds * price.gigabyteSecond, 'Lambda duration');
    near(spent('apigatewayv2', 'ApiGatewayHttpRequest'), 10 * price.apiRequest, 'API requests');
    near(spent('cloudfront', 'Requests-HTTPS-Proxy'), 10 * price.edgeRequest, 'edge requests');
    // The receipt and the order, each an item below 1 KB.
    near(spent('dynamodb', 'WriteRequestUnits'), 20 * price.writeUnit, 'writes');
    near(spent('sqs', 'Requests-Tier1'), (calls - callsBefore) * price.queueRequest, 'queue requests');
    assert.ok(calls - callsBefore >= 30, 'each order is sent, received and deleted');
    const byHand = (bytes / 2 ** 30) * price.loggedGigabyte;
    const logged = spent('logs', 'DataProcessing-Bytes');
    // Beside the functions' lines there is the API's access log.
    assert.ok(logged >= byHand * 0.999 && logged < byHand * 1.5, `logs: ${logged}, by hand at least ${byHand}`);
    assert.deepEqual(first.bill.notPriced, []);

    await placeOrders(20);
    await reportsOf(61);
    const second = await bill();
    for (const [service, usageType] of [
      ['lambda', 'Request-ARM'],
      ['apigatewayv2', 'ApiGatewayHttpRequest'],
      ['cloudfront', 'Requests-HTTPS-Proxy'],
      ['dynamodb', 'WriteRequestUnits'],
    ] as const) {
      const once = costOf(first, service, usageType) - costOf(before, service, usageType);
      const twice = costOf(second, service, usageType) - costOf(first, service, usageType);
      near(twice, 2 * once, `${service} ${usageType} of twice the orders`);
    }
  });

  test('S-C2 a million orders a month: what one order used, through queue and consumer, a million times', async () => {
    const measured = await bill();
    assert.equal(measured.measured['POST /api/orders'], 30);
    const million = await bill({ period: 'start', routes: 'POST /api/orders=1000000' });
    assert.equal(amountOf(million, 'apigatewayv2', 'ApiGatewayHttpRequest'), 1e6);
    near(amountOf(million, 'lambda', 'Request-ARM'), 2e6, 'the handler and the processor');
    near(amountOf(million, 'dynamodb', 'WriteRequestUnits'), 2e6, 'the receipt and the order');
    near(amountOf(million, 'sqs', 'Requests-Tier1'), 3e6, 'send, receive, delete');
    const ofOrders = reports(without(await functionLogs(), deployment));
    const seconds = ofOrders.reduce((sum, { billedMs, memoryMb }) => sum + (billedMs / 1000) * (memoryMb / 1024), 0);
    near(amountOf(million, 'lambda', 'Lambda-GB-Second-ARM'), (seconds / 30) * 1e6, 'the time of both functions');
    const counted =
      1e6 *
      (price.apiRequest + price.edgeRequest + 2 * price.lambdaRequest + 2 * price.writeUnit + 3 * price.queueRequest);
    const byCount = [
      costOf(million, 'apigatewayv2', 'ApiGatewayHttpRequest'),
      costOf(million, 'cloudfront', 'Requests-HTTPS-Proxy'),
      costOf(million, 'lambda', 'Request-ARM'),
      costOf(million, 'dynamodb', 'WriteRequestUnits'),
      costOf(million, 'sqs', 'Requests-Tier1'),
    ].reduce((sum, cost) => sum + cost, 0);
    near(byCount, counted, 'what is charged by the request');
    assert.ok(million.bill.total > counted && million.withFreeTier.total < million.bill.total);
    await assert.rejects(
      bill({ period: 'start', routes: 'GET /nothing=5' }),
      /No request of "GET \/nothing" has been measured/,
    );
  });
});
