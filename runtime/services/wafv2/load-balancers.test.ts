import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DeleteLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import * as sdk from '@aws-sdk/client-wafv2';
import { forwardTo, startBalanced } from '../elbv2/elbv2-for-tests.ts';
import { refusal } from './wafv2-for-tests.ts';

const visibility = (MetricName: string) => ({
  SampledRequestsEnabled: true,
  CloudWatchMetricsEnabled: true,
  MetricName,
});

describe('a web ACL of a load balancer', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  let client: sdk.WAFV2Client;
  const bodies: number[] = [];
  before(async () => {
    cloud = await startBalanced(['wafv2']);
    client = cloud.orrery.client(sdk.WAFV2Client);
  });
  after(() => cloud.stop());

  test('decides over real sockets before any rule, and large bodies reach the target whole', async () => {
    const { port } = await cloud.serve((message, response) => {
      let size = 0;
      message.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      message.on('end', () => {
        bodies.push(size);
        response.end('the target');
      });
    });
    const web = await cloud.loadBalancer();
    await cloud.listener(web.arn, forwardTo(await cloud.targetGroup('web', { ports: [port] })));
    const { Summary } = await client.send(
      new sdk.CreateWebACLCommand({
        Name: 'regional',
        Scope: 'REGIONAL',
        DefaultAction: { Allow: {} },
        VisibilityConfig: visibility('regional'),
        Rules: [
          {
            Name: 'sqli',
            Priority: 0,
            Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesSQLiRuleSet' } },
            OverrideAction: { None: {} },
            VisibilityConfig: visibility('sqli'),
          },
        ],
      }),
    );
    const named = { Name: 'regional', Scope: 'REGIONAL' as const, Id: Summary?.Id };
    assert.equal((await cloud.ask(web.host, `/?q=${encodeURIComponent("1' or '1'='1")}`)).status, 200);
    await client.send(new sdk.AssociateWebACLCommand({ WebACLArn: Summary?.ARN, ResourceArn: web.arn }));
    const { ResourceArns } = await client.send(new sdk.ListResourcesForWebACLCommand({ WebACLArn: Summary?.ARN }));
    assert.deepEqual(ResourceArns, [web.arn]);
    const blocked = await cloud.ask(web.host, `/?q=${encodeURIComponent("1' or '1'='1")}`);
    assert.equal(blocked.status, 403);
    assert.match(blocked.body, /403 Forbidden/);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const attack = { method: 'POST', headers, body: `q=${encodeURIComponent("' union select 1,2,3--")}` };
    assert.equal((await cloud.ask(web.host, '/', attack)).status, 403);
    for (const size of [10, 8000, 300_000]) {
      const answer = await cloud.ask(web.host, '/', { method: 'POST', body: Buffer.alloc(size, 'x') });
      assert.equal(answer.body, 'the target');
      assert.equal(bodies.at(-1), size);
    }
    const { WebACL } = await client.send(new sdk.GetWebACLForResourceCommand({ ResourceArn: web.arn }));
    assert.equal(WebACL?.Name, 'regional');
    const remove = async () => {
      const { LockToken } = await client.send(new sdk.GetWebACLCommand(named));
      await client.send(new sdk.DeleteWebACLCommand({ ...named, LockToken }));
    };
    await assert.rejects(remove(), refusal('WAFAssociatedItemException'));
    await cloud.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: web.arn }));
    await remove();
  });

  test('is refused for a load balancer that is not there', async () => {
    const { Summary } = await client.send(
      new sdk.CreateWebACLCommand({
        Name: 'other',
        Scope: 'REGIONAL',
        DefaultAction: { Allow: {} },
        VisibilityConfig: visibility('other'),
      }),
    );
    const ResourceArn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/none/0123456789abcdef';
    await assert.rejects(
      client.send(new sdk.AssociateWebACLCommand({ WebACLArn: Summary?.ARN, ResourceArn })),
      refusal('WAFNonexistentItemException'),
    );
  });
});
