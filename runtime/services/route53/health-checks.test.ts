import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  GetHealthCheckStatusCommand,
  type HealthCheckConfig,
  Route53Client,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { hosts } from '../../data-planes/http/hosts.ts';

/** "How Route 53 determines whether a health check is healthy", Developer Guide. */
describe('health checks of Route 53', () => {
  let orrery: Orrery;
  let route53: Route53Client;
  let server: Server;
  let status = 200;
  let asked = 0;
  let zoneId: string;
  let reference = 0;

  before(async () => {
    orrery = await startOrrery({ services: ['route53', 'logs', 'cloudwatch', 'iam', 'sts'] });
    route53 = orrery.client(Route53Client);
    server = createServer((_, response) => {
      asked += 1;
      response.writeHead(status).end('the menu is served');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { HostedZone } = await route53.send(
      new CreateHostedZoneCommand({ Name: 'checked.test', CallerReference: 'zone' }),
    );
    zoneId = HostedZone?.Id ?? '';
  });
  after(async () => {
    server.close();
    await orrery.stop();
  });

  async function check(config: HealthCheckConfig): Promise<string> {
    reference += 1;
    const { HealthCheck } = await route53.send(
      new CreateHealthCheckCommand({ CallerReference: String(reference), HealthCheckConfig: config }),
    );
    return HealthCheck?.Id ?? '';
  }
  const here = (more: Partial<HealthCheckConfig> = {}): HealthCheckConfig => ({
    Type: 'HTTP',
    IPAddress: '127.0.0.1',
    Port: (server.address() as AddressInfo).port,
    RequestInterval: 10,
    FailureThreshold: 2,
    ...more,
  });
  /** A failover pair whose primary answers while the check is healthy. */
  async function pair(name: string, HealthCheckId: string): Promise<() => Promise<unknown>> {
    const set = (Failover: 'PRIMARY' | 'SECONDARY', Value: string) => ({
      Action: 'CREATE' as const,
      ResourceRecordSet: {
        Name: `${name}.checked.test`,
        Type: 'A' as const,
        TTL: 5,
        SetIdentifier: Failover,
        Failover,
        ResourceRecords: [{ Value }],
        ...(Failover === 'PRIMARY' ? { HealthCheckId } : {}),
      },
    });
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        ChangeBatch: { Changes: [set('PRIMARY', '192.0.2.1'), set('SECONDARY', '192.0.2.2')] },
      }),
    );
    return async () => (await dataOf(orrery.dnsPort, `${name}.checked.test`, 'A'))[0];
  }

  test('a primary that fails its check as often as FailureThreshold gives way to the secondary, and comes back', async () => {
    status = 200;
    const id = await check(here());
    const answer = await pair('failover', id);
    await orrery.clock.wind(20_000);
    assert.equal(await answer(), '192.0.2.1');
    status = 503;
    await orrery.clock.wind(10_000);
    assert.equal(await answer(), '192.0.2.1');
    await orrery.clock.wind(10_000);
    assert.equal(await answer(), '192.0.2.2');
    const { HealthCheckObservations } = await route53.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
    assert.equal(HealthCheckObservations?.[0]?.StatusReport?.Status, 'Failure: HTTP Status Code 503');
    status = 200;
    await orrery.clock.wind(20_000);
    assert.equal(await answer(), '192.0.2.1');
  });

  test('a string is looked for, a TCP port is connected to, and Inverted turns the result', async () => {
    status = 200;
    const found = await pair('found', await check(here({ Type: 'HTTP_STR_MATCH', SearchString: 'menu' })));
    const missing = await pair('missing', await check(here({ Type: 'HTTP_STR_MATCH', SearchString: 'nothing' })));
    const tcp = await pair('tcp', await check(here({ Type: 'TCP' })));
    const closed = await pair('closed', await check(here({ Type: 'TCP', Port: 1 })));
    const inverted = await pair('inverted', await check(here({ Inverted: true })));
    const disabled = await pair('disabled', await check(here({ Port: 1, Disabled: true })));
    await orrery.clock.wind(30_000);
    const answers = await Promise.all([found(), missing(), tcp(), closed(), inverted(), disabled()]);
    assert.deepEqual(answers, ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.1']);
  });

  test('a name of this cloud is asked in process', async () => {
    const known = orrery.kernel.engine(hosts);
    known.set('site.checked.test', async () => ({ status: 500, headers: {}, body: 'broken' }));
    const answer = await pair(
      'named',
      await check({ ...here(), IPAddress: undefined, Port: undefined, FullyQualifiedDomainName: 'site.checked.test' }),
    );
    await orrery.clock.wind(30_000);
    assert.equal(await answer(), '192.0.2.2');
    known.remove('site.checked.test');
  });

  test('a calculated check counts its children, and one of an alarm follows it', async () => {
    const alarms = orrery.client(CloudWatchClient);
    await alarms.send(
      new PutMetricAlarmCommand({
        AlarmName: 'bad',
        Namespace: 'N',
        MetricName: 'M',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    const byAlarm = await check({ Type: 'CLOUDWATCH_METRIC', AlarmIdentifier: { Name: 'bad', Region: 'us-east-1' } });
    const good = await check(here());
    const both = await check({ Type: 'CALCULATED', HealthThreshold: 2, ChildHealthChecks: [byAlarm, good] });
    const answer = await pair('calculated', both);
    const set = (StateValue: 'OK' | 'ALARM') =>
      alarms.send(new SetAlarmStateCommand({ AlarmName: 'bad', StateValue, StateReason: 'test' }));
    await set('OK');
    assert.equal(await answer(), '192.0.2.1');
    await set('ALARM');
    assert.equal(await answer(), '192.0.2.2');
    await route53.send(new UpdateHealthCheckCommand({ HealthCheckId: both, HealthThreshold: 1 }));
    assert.equal(await answer(), '192.0.2.1');
  });

  test('a day is wound over steady checks without every one of its probes', async () => {
    status = 200;
    await orrery.clock.wind(20 * 10_000);
    asked = 0;
    await orrery.clock.wind(24 * 60 * 60_000);
    assert.ok(asked > 20 && asked < 1000, `${asked} probes`);
  });
});
