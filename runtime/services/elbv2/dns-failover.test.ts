import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ModifyTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { dataOf } from '../../data-planes/dns/dig.fixture.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

/** M-B5 in the small: names that lead away from a load balancer whose targets are ill. */
describe('failover between load balancers by name', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let route53: Route53Client;
  let HostedZoneId: string | undefined;
  let well = true;
  const balancers: { arn: string; host: string; group: string }[] = [];

  before(async () => {
    cloud = await startBalanced(['route53']);
    route53 = cloud.orrery.client(Route53Client);
    const { port } = await cloud.serve((_request, response) => {
      response.statusCode = well ? 200 : 500;
      response.end();
    });
    const { port: standby } = await cloud.serve((_request, response) => response.end('standby'));
    for (const [name, target] of [
      ['first', port],
      ['second', standby],
    ] as const) {
      const group = await cloud.targetGroup(name, { ports: [target] });
      const made = await cloud.loadBalancer(name);
      await cloud.listener(made.arn, forwardTo(group));
      balancers.push({ ...made, group });
    }
    const { HostedZone } = await route53.send(
      new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }),
    );
    HostedZoneId = HostedZone?.Id;
  });
  after(() => cloud.stop());

  const record = async (set: ResourceRecordSet): Promise<void> => {
    const ChangeBatch = { Changes: [{ Action: 'UPSERT' as const, ResourceRecordSet: set }] };
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch }));
  };
  const alias = (index: number) => ({
    HostedZoneId: 'Z35SXDOTRQ7X7K',
    DNSName: balancers[index]?.host ?? '',
    EvaluateTargetHealth: true,
  });
  /** Probes of real servers take real time: changes of the targets are brought about by new checks. */
  const checkAgain = async (HealthCheckPath: string): Promise<void> => {
    const TargetGroupArn = balancers[0]?.group;
    await cloud.elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckPath, UnhealthyThresholdCount: 2 }));
    await cloud.orrery.clock.wind(0);
  };

  test('an alias that evaluates its target’s health leads to the secondary while the primary has no healthy target', async () => {
    const Name = 'www.example.com';
    const set = { Name, Type: 'A' as const };
    await record({ ...set, SetIdentifier: 'first', Failover: 'PRIMARY', AliasTarget: alias(0) });
    await record({
      ...set,
      SetIdentifier: 'second',
      Failover: 'SECONDARY',
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.80' }],
    });
    const answer = () => dataOf(cloud.orrery.dnsPort, Name, 'A');
    assert.deepEqual(await answer(), ['127.0.0.1']);
    well = false;
    await checkAgain('/ill');
    assert.deepEqual(await answer(), ['192.0.2.80']);
    well = true;
    await checkAgain('/well');
    assert.deepEqual(await answer(), ['127.0.0.1']);
  });

  test('a health check that asks the load balancer by its name does so as well', async () => {
    const { HealthCheck } = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: 'first',
        HealthCheckConfig: {
          Type: 'HTTP',
          FullyQualifiedDomainName: balancers[0]?.host,
          Port: 80,
          ResourcePath: '/',
          RequestInterval: 10,
          FailureThreshold: 1,
        },
      }),
    );
    const Name = 'shop.example.com';
    const set = { Name, Type: 'A' as const, TTL: 60 };
    await record({
      ...set,
      SetIdentifier: 'first',
      Failover: 'PRIMARY',
      HealthCheckId: HealthCheck?.Id,
      ResourceRecords: [{ Value: '192.0.2.1' }],
    });
    await record({ ...set, SetIdentifier: 'second', Failover: 'SECONDARY', ResourceRecords: [{ Value: '192.0.2.2' }] });
    const answer = () => dataOf(cloud.orrery.dnsPort, Name, 'A');
    await cloud.orrery.clock.wind(60_000);
    assert.deepEqual(await answer(), ['192.0.2.1']);
    well = false;
    await cloud.orrery.clock.wind(60_000);
    assert.deepEqual(await answer(), ['192.0.2.2']);
    well = true;
    await cloud.orrery.clock.wind(60_000);
    assert.deepEqual(await answer(), ['192.0.2.1']);
  });
});
