import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const dayMs = 24 * 60 * 60_000;
let orrery: Orrery;
let logs: CloudWatchLogsClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'logs'] });
  logs = orrery.client(CloudWatchLogsClient);
});
after(() => orrery.stop());

async function makeStream(logGroupName: string, logStreamName = 's'): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName })).catch(() => undefined);
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
}

const put = (
  logGroupName: string,
  messages: string[],
  { logStreamName = 's', atMs = orrery.clock.now(), stepMs = 1 } = {},
) =>
  logs.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName,
      logEvents: messages.map((message, index) => ({ message, timestamp: atMs + index * stepMs })),
    }),
  );

test('pages forward and backward through a stream, and keeps the token at the end', async () => {
  await makeStream('/paging');
  await put('/paging', ['a', 'b', 'c', 'd', 'e']);
  const stream = { logGroupName: '/paging', logStreamName: 's' };
  const latest = await logs.send(new GetLogEventsCommand({ ...stream, limit: 2 }));
  assert.deepEqual(
    latest.events?.map((event) => event.message),
    ['d', 'e'],
  );
  const earlier = await logs.send(
    new GetLogEventsCommand({ ...stream, limit: 2, nextToken: latest.nextBackwardToken }),
  );
  assert.deepEqual(
    earlier.events?.map((event) => event.message),
    ['b', 'c'],
  );
  const first = await logs.send(new GetLogEventsCommand({ ...stream, limit: 3, startFromHead: true }));
  assert.deepEqual(
    first.events?.map((event) => event.message),
    ['a', 'b', 'c'],
  );
  const rest = await logs.send(
    new GetLogEventsCommand({ ...stream, startFromHead: true, nextToken: first.nextForwardToken }),
  );
  assert.deepEqual(
    rest.events?.map((event) => event.message),
    ['d', 'e'],
  );
  const end = await logs.send(
    new GetLogEventsCommand({ ...stream, startFromHead: true, nextToken: rest.nextForwardToken }),
  );
  assert.deepEqual([end.events, end.nextForwardToken], [[], rest.nextForwardToken]);
  await put('/paging', ['f'], { atMs: orrery.clock.now() + 100 });
  const more = await logs.send(
    new GetLogEventsCommand({ ...stream, startFromHead: true, nextToken: end.nextForwardToken }),
  );
  assert.deepEqual(
    more.events?.map((event) => event.message),
    ['f'],
  );
});

test('refuses batches out of order and tells which events are too old or too new ("PutLogEvents")', async () => {
  await makeStream('/rules');
  const nowMs = orrery.clock.now();
  await assert.rejects(put('/rules', ['late', 'early'], { stepMs: -1 }), {
    name: 'InvalidParameterException',
    message: 'Log events in a single PutLogEvents request must be in chronological order.',
  });
  await assert.rejects(put('/rules', ['a', 'b'], { atMs: nowMs - 2 * dayMs, stepMs: dayMs + 1 }), {
    name: 'InvalidParameterException',
  });
  await assert.rejects(put('/nowhere', ['x']), {
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  });
  const old = await put('/rules', ['old', 'kept'], { atMs: nowMs - 14 * dayMs - 1000, stepMs: 2000 });
  assert.deepEqual(old.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 });
  const future = await put('/rules', ['now', 'future'], { atMs: nowMs, stepMs: 3 * 60 * 60_000 });
  assert.deepEqual(future.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 });
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: '/rules' }));
  assert.deepEqual(
    [logStreams?.[0]?.firstEventTimestamp, logStreams?.[0]?.lastEventTimestamp],
    [nowMs - 14 * dayMs + 1000, nowMs],
  );
});

test('searches all streams of a group in the order of time, page by page', async () => {
  await makeStream('/search', 'one');
  await makeStream('/search', 'two');
  const atMs = orrery.clock.now();
  await put('/search', ['ERROR 1', 'fine', 'ERROR 3'], { logStreamName: 'one', atMs, stepMs: 10 });
  await put('/search', ['ERROR 2', 'ERROR 4'], { logStreamName: 'two', atMs: atMs + 5, stepMs: 20 });
  const page = await logs.send(
    new FilterLogEventsCommand({ logGroupName: '/search', filterPattern: 'ERROR', limit: 3 }),
  );
  assert.deepEqual(
    page.events?.map((event) => [event.logStreamName, event.message]),
    [
      ['one', 'ERROR 1'],
      ['two', 'ERROR 2'],
      ['one', 'ERROR 3'],
    ],
  );
  const rest = await logs.send(
    new FilterLogEventsCommand({
      logGroupName: '/search',
      filterPattern: 'ERROR',
      limit: 3,
      nextToken: page.nextToken,
    }),
  );
  assert.deepEqual(
    rest.events?.map((event) => event.message),
    ['ERROR 4'],
  );
  assert.equal(rest.nextToken, undefined);
  const prefixed = await logs.send(
    new FilterLogEventsCommand({ logGroupName: '/search', logStreamNamePrefix: 'tw', startTime: atMs + 6 }),
  );
  assert.deepEqual(
    prefixed.events?.map((event) => event.message),
    ['ERROR 4'],
  );
});

test('forgets events past the retention, and keeps the rest over a restart', async () => {
  await makeStream('/retained');
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: '/retained', retentionInDays: 30 }));
  await put('/retained', ['old']);
  await orrery.clock.wind(25 * dayMs);
  await put('/retained', ['new']);
  await orrery.clock.wind(6 * dayMs);
  const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/retained' }));
  assert.deepEqual(
    events?.map((event) => event.message),
    ['new'],
  );
  await orrery.restart();
  const again = await logs.send(new FilterLogEventsCommand({ logGroupName: '/retained' }));
  assert.deepEqual(
    again.events?.map((event) => event.message),
    ['new'],
  );
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/retained' }));
  assert.deepEqual([logGroups?.[0]?.retentionInDays, logGroups?.[0]?.storedBytes], [30, 29]);
  assert.equal(logGroups?.[0]?.arn, 'arn:aws:logs:us-east-1:000000000000:log-group:/retained:*');
});
