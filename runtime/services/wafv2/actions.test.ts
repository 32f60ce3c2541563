import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import * as sdk from '@aws-sdk/client-wafv2';
import type { MetricEvent } from '../../kernel/events/events.ts';
import { none, refusal, TestFirewall } from './wafv2-for-tests.ts';

describe('what a firewall does with a request', () => {
  let firewall: TestFirewall;
  const metrics: MetricEvent[] = [];
  before(async () => {
    firewall = await TestFirewall.start(['iam', 'logs', 's3']);
    firewall.orrery.kernel.events.on('metric', (metric) => {
      if (metric.namespace === 'AWS/WAFV2') metrics.push(metric);
    });
  });
  after(() => firewall.orrery.stop());

  const path = (text: string): sdk.Statement => ({
    ByteMatchStatement: {
      SearchString: Buffer.from(text),
      FieldToMatch: { UriPath: {} },
      TextTransformations: none,
      PositionalConstraint: 'STARTS_WITH',
    },
  });

  test('a blocked one gets the rule’s own response', async () => {
    const { view } = await firewall.site(
      [
        firewall.rule('busy', path('/'), {
          Block: {
            CustomResponse: {
              ResponseCode: 503,
              CustomResponseBodyKey: 'busy',
              ResponseHeaders: [{ Name: 'Retry-After', Value: '60' }],
            },
          },
        }),
      ],
      { CustomResponseBodies: { busy: { ContentType: 'APPLICATION_JSON', Content: '{"busy":true}' } } },
    );
    const { status, headers, body } = await view('/');
    assert.deepEqual(
      [status, headers['retry-after'], headers['content-type'], body],
      [503, '60', 'application/json', '{"busy":true}'],
    );
    const missing = { Block: { CustomResponse: { ResponseCode: 503, CustomResponseBodyKey: 'nothing' } } };
    await assert.rejects(
      firewall.acl([firewall.rule('x', path('/'), missing)]),
      refusal('WAFInvalidParameterException', /CUSTOM_RESPONSE_BODY/),
    );
  });

  test('a counted one goes on with the headers the rule inserts', async () => {
    const { view } = await firewall.site([
      firewall.rule('mark', path('/'), {
        Count: { CustomRequestHandling: { InsertHeaders: [{ Name: 'Seen', Value: 'yes' }] } },
      }),
      firewall.rule('open', path('/open'), { Allow: {} }),
      firewall.rule('closed', path('/')),
    ]);
    assert.equal((await view('/closed')).status, 403);
    assert.equal((await view('/open')).status, 200);
    assert.equal(firewall.asked.at(-1)?.headers['x-amzn-waf-seen'], 'yes');
  });

  test('above the rate of a window its address is blocked, until the rate has fallen', async () => {
    const { view, acl } = await firewall.site([
      firewall.rule('flood', {
        RateBasedStatement: {
          Limit: 20,
          EvaluationWindowSec: 60,
          AggregateKeyType: 'IP',
          ScopeDownStatement: path('/api'),
        },
      }),
    ]);
    const statuses: number[] = [];
    for (let index = 0; index < 25; index += 1) statuses.push((await view('/api')).status);
    assert.deepEqual(statuses.filter((status) => status === 403).length, 5);
    assert.equal((await view('/menu')).status, 200);
    assert.equal((await view('/api', { ip: '198.51.100.8' })).status, 200);
    const { ManagedKeysIPV4 } = await firewall.client.send(
      new sdk.GetRateBasedStatementManagedKeysCommand({
        Scope: 'CLOUDFRONT',
        WebACLName: acl.Name,
        WebACLId: acl.Id,
        RuleName: 'flood',
      }),
    );
    assert.deepEqual(ManagedKeysIPV4?.Addresses, ['198.51.100.7/32']);
    await firewall.orrery.clock.wind(30_000);
    assert.equal((await view('/api')).status, 403);
    await firewall.orrery.clock.wind(80_000);
    assert.equal((await view('/api')).status, 200);
  });

  test('rates are counted by keys of the request', async () => {
    const { view } = await firewall.site([
      firewall.rule('login', {
        RateBasedStatement: {
          Limit: 10,
          AggregateKeyType: 'CUSTOM_KEYS',
          CustomKeys: [
            { HTTPMethod: {} },
            { Header: { Name: 'X-User', TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }] } },
          ],
        },
      }),
    ]);
    const ask = async (user: string, method = 'POST') =>
      (await view('/login', { method, headers: { 'x-user': user } })).status;
    for (let index = 0; index < 10; index += 1) assert.equal(await ask(index % 2 === 0 ? 'Ann' : 'ann'), 200);
    assert.deepEqual([await ask('ANN'), await ask('bob'), await ask('ann', 'GET')], [403, 200, 200]);
    assert.equal((await view('/login')).status, 200);
  });

  test('metrics of the minute tell what rules did, and samples which requests', async () => {
    const { view, acl } = await firewall.site([
      firewall.rule('counted', path('/a'), { Count: {} }),
      firewall.rule('blocked', path('/a/b')),
    ]);
    await firewall.orrery.clock.wind(60_000);
    metrics.length = 0;
    await view('/');
    await view('/a');
    await view('/a/b?x=1');
    await firewall.orrery.clock.wind(60_000);
    const sum = (name: string, Rule: string) =>
      metrics.find((metric) => metric.name === name && metric.dimensions.Rule === Rule)?.value;
    assert.equal(sum('AllowedRequests', 'ALL'), 2);
    assert.equal(sum('BlockedRequests', 'ALL'), 1);
    assert.equal(sum('BlockedRequests', 'blocked'), 1);
    assert.equal(sum('CountedRequests', 'counted'), 2);
    assert.ok(metrics.every(({ dimensions }) => dimensions.WebACL && !dimensions.Region));
    const sampled = async (RuleMetricName: string) =>
      firewall.client.send(
        new sdk.GetSampledRequestsCommand({
          WebAclArn: acl.ARN,
          RuleMetricName,
          Scope: 'CLOUDFRONT',
          TimeWindow: { StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 3_600_000) },
          MaxItems: 10,
        }),
      );
    const { SampledRequests = [], PopulationSize } = await sampled('blocked');
    assert.equal(PopulationSize, 1);
    assert.equal(SampledRequests[0]?.Action, 'BLOCK');
    assert.equal(SampledRequests[0]?.Request?.URI, '/a/b');
    assert.equal(SampledRequests[0]?.Request?.ClientIP, '198.51.100.7');
    assert.equal((await sampled('counted')).SampledRequests?.length, 2);
    assert.equal((await sampled('Default_Action')).SampledRequests?.length, 2);
  });

  test('the log tells of every request in AWS’s format, without what is redacted or dropped', async () => {
    const logs = firewall.orrery.client(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'aws-waf-logs-site' }));
    const { view, acl } = await firewall.site([
      firewall.rule('blocked', path('/secret')),
      { ...firewall.rule('labels', path('/a'), { Count: {} }), RuleLabels: [{ Name: 'seen' }] },
    ]);
    const put = (configuration: Partial<sdk.LoggingConfiguration>) =>
      firewall.client.send(
        new sdk.PutLoggingConfigurationCommand({
          LoggingConfiguration: { ResourceArn: acl.ARN, LogDestinationConfigs: undefined, ...configuration },
        }),
      );
    const group = 'arn:aws:logs:us-east-1:000000000000:log-group:aws-waf-logs-site';
    await assert.rejects(
      put({ LogDestinationConfigs: [group.replace('aws-waf-logs-', '')] }),
      refusal('WAFInvalidParameterException'),
    );
    await assert.rejects(
      put({ LogDestinationConfigs: [`${group}-none`] }),
      refusal('WAFLogDestinationPermissionIssueException'),
    );
    await put({
      LogDestinationConfigs: [group],
      RedactedFields: [{ SingleHeader: { Name: 'authorization' } }],
      LoggingFilter: {
        DefaultBehavior: 'KEEP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ LabelNameCondition: { LabelName: `awswaf:000000000000:webacl:${acl.Name}:seen` } }],
          },
          { Behavior: 'DROP', Requirement: 'MEETS_ALL', Conditions: [{ ActionCondition: { Action: 'ALLOW' } }] },
        ],
      },
    });
    await view('/secret?x=1', { headers: { authorization: 'Bearer key' } });
    await view('/a');
    await view('/dropped');
    await firewall.orrery.clock.wind(5000);
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: 'aws-waf-logs-site' }));
    const records = events.map(({ message }) => JSON.parse(String(message)));
    assert.deepEqual(
      records.map(({ action, terminatingRuleId }) => [action, terminatingRuleId]),
      [
        ['BLOCK', 'blocked'],
        ['ALLOW', 'Default_Action'],
      ],
    );
    const [blocked, counted] = records;
    assert.equal(blocked.webaclId, acl.ARN);
    assert.equal(blocked.httpSourceName, 'CF');
    assert.equal(blocked.httpRequest.args, 'x=1');
    assert.equal(
      blocked.httpRequest.headers.find((header: { name: string }) => header.name === 'authorization').value,
      'REDACTED',
    );
    assert.deepEqual(counted.nonTerminatingMatchingRules, [
      { ruleId: 'labels', action: 'COUNT', ruleMatchDetails: [] },
    ]);
    assert.deepEqual(counted.labels, [{ name: `awswaf:000000000000:webacl:${acl.Name}:seen` }]);
    assert.equal(events[0]?.logStreamName, `cloudfront_${acl.Name}_0`);
  });

  test('logs reach a bucket every five minutes, under the folders of AWS', async () => {
    const s3 = firewall.orrery.client(S3Client);
    const Bucket = 'aws-waf-logs-bucket';
    await s3.send(new CreateBucketCommand({ Bucket }));
    const { view, acl } = await firewall.site([]);
    await firewall.client.send(
      new sdk.PutLoggingConfigurationCommand({
        LoggingConfiguration: { ResourceArn: acl.ARN, LogDestinationConfigs: [`arn:aws:s3:::${Bucket}`] },
      }),
    );
    await view('/menu');
    await firewall.orrery.clock.wind(300_000);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const key = String(Contents[0]?.Key);
    assert.match(
      key,
      new RegExp(
        `^AWSLogs/000000000000/WAFLogs/cloudfront/${acl.Name}/\\d{4}/\\d\\d/\\d\\d/\\d\\d/\\d\\d/000000000000_waflogs_cloudfront_${acl.Name}_`,
      ),
    );
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    const lines = gunzipSync(Buffer.from((await Body?.transformToByteArray()) ?? []))
      .toString()
      .trim()
      .split('\n');
    assert.equal(JSON.parse(String(lines[0])).httpRequest.uri, '/menu');
  });

  test('rule groups are evaluated where they stand, and keep to their capacity', async () => {
    const create = (Capacity: number, Rules: sdk.Rule[]) =>
      firewall.client.send(
        new sdk.CreateRuleGroupCommand({
          Name: `group-${Capacity}`,
          Scope: 'CLOUDFRONT',
          Capacity,
          Rules,
          VisibilityConfig: firewall.visibility('group'),
        }),
      );
    await assert.rejects(create(1, [firewall.rule('a', path('/a'))]), refusal('WAFLimitsExceededException'));
    const { Summary } = await create(10, [
      firewall.rule('a', path('/a')),
      { ...firewall.rule('b', path('/b')), Priority: 1, RuleLabels: [{ Name: 'b' }] },
    ]);
    const RuleGroupReferenceStatement: sdk.RuleGroupReferenceStatement = {
      ARN: Summary?.ARN,
      RuleActionOverrides: [{ Name: 'b', ActionToUse: { Count: {} } }],
    };
    const { view } = await firewall.site([
      firewall.group('group', { RuleGroupReferenceStatement }),
      firewall.rule(
        'label',
        { LabelMatchStatement: { Scope: 'NAMESPACE', Key: 'awswaf:000000000000:rulegroup:group-10:' } },
        { Block: { CustomResponse: { ResponseCode: 429 } } },
      ),
    ]);
    assert.deepEqual(
      [(await view('/a')).status, (await view('/b')).status, (await view('/c')).status],
      [403, 429, 200],
    );
  });
});
