import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeMetricFiltersCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutResourcePolicyCommand,
  PutSubscriptionFilterCommand,
  StartQueryCommand,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import type { MetricEvent } from '../../kernel/events/events.ts';
import { servicePrincipal } from '../../kernel/principal.ts';

const minuteMs = 60_000;
let orrery: Orrery;
let logs: CloudWatchLogsClient;
let metrics: MetricEvent[] = [];

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'logs'] });
  logs = orrery.client(CloudWatchLogsClient);
  orrery.kernel.events.on('metric', (event) => metrics.push(event));
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/app' }));
  await logs.send(new CreateLogStreamCommand({ logGroupName: '/app', logStreamName: 's' }));
});
after(() => orrery.stop());

const put = (...messages: string[]) =>
  logs.send(
    new PutLogEventsCommand({
      logGroupName: '/app',
      logStreamName: 's',
      logEvents: messages.map((message) => ({ message, timestamp: orrery.clock.now() })),
    }),
  );

const valuesOf = (namespace: string) =>
  metrics
    .filter((event) => event.namespace === namespace)
    .map(({ name, value, dimensions }) => [name, value, dimensions]);

test('a metric filter measures the events it matches, with dimensions from their fields', async () => {
  metrics = [];
  await logs.send(
    new PutMetricFilterCommand({
      logGroupName: '/app',
      filterName: 'latency',
      filterPattern: '{ $.latency = * }',
      metricTransformations: [
        {
          metricNamespace: 'App',
          metricName: 'Latency',
          metricValue: '$.latency',
          dimensions: { Path: '$.path' },
          unit: 'Milliseconds',
        },
      ],
    }),
  );
  await put('{"latency":12.5,"path":"/menu"}', 'plain', '{"latency":7}');
  assert.deepEqual(valuesOf('App'), [['Latency', 12.5, { Path: '/menu' }]]);
  const { metricFilters } = await logs.send(new DescribeMetricFiltersCommand({ logGroupName: '/app' }));
  assert.deepEqual(
    metricFilters?.map((filter) => filter.filterName),
    ['latency'],
  );
});

test('a default value stands for a minute whose events did not match', async () => {
  metrics = [];
  await logs.send(
    new PutMetricFilterCommand({
      logGroupName: '/app',
      filterName: 'errors',
      filterPattern: 'ERROR',
      metricTransformations: [{ metricNamespace: 'Errors', metricName: 'Count', metricValue: '1', defaultValue: 0 }],
    }),
  );
  await put('fine');
  await orrery.clock.wind(minuteMs);
  await put('ERROR', 'fine');
  await orrery.clock.wind(3 * minuteMs);
  assert.deepEqual(valuesOf('Errors'), [
    ['Count', 0, {}],
    ['Count', 1, {}],
  ]);
});

test('an event in the embedded metric format brings its metrics along', async () => {
  metrics = [];
  await put(
    JSON.stringify({
      _aws: {
        Timestamp: orrery.clock.now(),
        CloudWatchMetrics: [
          { Namespace: 'Embedded', Dimensions: [['Service'], []], Metrics: [{ Name: 'Orders', Unit: 'Count' }] },
        ],
      },
      Service: 'api',
      Orders: [2, 3],
    }),
  );
  assert.deepEqual(valuesOf('Embedded'), [
    ['Orders', 2, { Service: 'api' }],
    ['Orders', 3, { Service: 'api' }],
    ['Orders', 2, {}],
    ['Orders', 3, {}],
  ]);
});

test('tells which messages a pattern matches, and the fields it names', async () => {
  const { matches } = await logs.send(
    new TestMetricFilterCommand({
      filterPattern: '[ip, ..., status=5*]',
      logEventMessages: ['1.1.1.1 x 200', '2.2.2.2 y 503'],
    }),
  );
  assert.deepEqual(matches, [
    { eventNumber: 2, eventMessage: '2.2.2.2 y 503', extractedValues: { $ip: '2.2.2.2', $status: '503' } },
  ]);
});

test('a service may write only where a resource policy lets it', async () => {
  const ctx = orrery.context({ principal: servicePrincipal('delivery.logs.amazonaws.com', '000000000000') });
  const write = () =>
    ctx.call('logs', 'PutLogEvents', {
      logGroupName: '/app',
      logStreamName: 's',
      logEvents: [{ message: 'x', timestamp: orrery.clock.now() }],
    });
  await assert.rejects(write(), { name: 'AccessDeniedException' });
  const policyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: 'arn:aws:logs:us-east-1:000000000000:log-group:/app:*',
      },
    ],
  });
  await logs.send(new PutResourcePolicyCommand({ policyName: 'delivery', policyDocument }));
  await write();
});

test('refuses by name what does not run', async () => {
  const query = { logGroupName: '/app', startTime: 0, endTime: 1, queryString: 'fields @message' };
  await assert.rejects(logs.send(new StartQueryCommand(query)), { name: 'NotImplemented', message: /logs StartQuery/ });
  const stream = {
    logGroupName: '/app',
    filterName: 'f',
    filterPattern: '',
    destinationArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
  };
  await assert.rejects(logs.send(new PutSubscriptionFilterCommand(stream)), {
    name: 'NotImplemented',
    message: /kinesis/,
  });
});
