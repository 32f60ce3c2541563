import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeSSLPoliciesCommand,
  ModifyLoadBalancerAttributesCommand,
  RegisterTargetsCommand,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

describe('load balancers', () => {
  let cloud: Awaited<ReturnType<typeof startBalanced>>;
  before(async () => {
    cloud = await startBalanced();
  });
  after(() => cloud.stop());

  test('forward to healthy targets in turn, with what the target is told about the client', async () => {
    const seen: Record<string, unknown>[] = [];
    const one = await cloud.serve((request, response) => {
      if (request.url !== '/health') seen.push({ url: request.url, ...request.headers });
      response.end('one');
    });
    const two = await cloud.serve((_request, response) => response.end('two'));
    const group = await cloud.targetGroup('turns', { ports: [one.port, two.port], HealthCheckPath: '/health' });
    const { arn, host } = await cloud.loadBalancer('turns');
    await cloud.listener(arn, forwardTo(group));
    assert.deepEqual(await cloud.health(group), [{ State: 'healthy' }, { State: 'healthy' }]);
    const bodies = [];
    for (let index = 0; index < 4; index += 1)
      bodies.push((await cloud.ask(host, `/menu?page=${index}`, { headers: { 'x-forwarded-for': '192.0.2.7' } })).body);
    assert.deepEqual(bodies.sort(), ['one', 'one', 'two', 'two']);
    const [first] = seen;
    assert.match(String(first?.url), /^\/menu\?page=\d$/);
    assert.equal(first?.['x-forwarded-for'], '192.0.2.7, 127.0.0.1');
    assert.equal(first?.['x-forwarded-proto'], 'http');
    assert.equal(first?.['x-forwarded-port'], '80');
    assert.match(String(first?.['x-amzn-trace-id']), /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(first?.host, host);
  });

  test('answer 503 without targets, 502 when the target does not, and leave out what fails its checks', async () => {
    const empty = await cloud.targetGroup('empty');
    const { arn, host } = await cloud.loadBalancer('failing');
    const listener = await cloud.listener(arn, forwardTo(empty));
    assert.equal((await cloud.ask(host, '/')).status, 503);
    const closed = await cloud.serve((_request, response) => response.end());
    await closed.close();
    const broken = await cloud.targetGroup('broken', { ports: [closed.port] });
    const { elb } = cloud;
    const Conditions = [{ Field: 'path-pattern', Values: ['/broken'] }];
    await elb.send(
      new CreateRuleCommand({ ListenerArn: listener, Priority: 1, Conditions, Actions: [forwardTo(broken)] }),
    );
    const answer = await cloud.ask(host, '/broken');
    assert.equal(answer.status, 502);
    assert.equal(answer.headers.server, 'awselb/2.0');
    await cloud.orrery.clock.wind(31_000);
    assert.deepEqual(await cloud.health(broken), [
      { State: 'unhealthy', Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' },
    ]);
    const well = await cloud.serve((_request, response) => response.end('well'));
    await elb.send(
      new RegisterTargetsCommand({ TargetGroupArn: broken, Targets: [{ Id: '127.0.0.1', Port: well.port }] }),
    );
    await cloud.orrery.clock.wind(0);
    for (let index = 0; index < 3; index += 1) assert.equal((await cloud.ask(host, '/broken')).body, 'well');
  });

  test('take a target out after failed checks, say why, and back in after enough good ones', async () => {
    let status = 200;
    const server = await cloud.serve((_request, response) => void response.writeHead(status).end());
    const group = await cloud.targetGroup('checked', {
      ports: [server.port],
      HealthCheckIntervalSeconds: 10,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
      Matcher: { HttpCode: '200-299' },
    });
    assert.deepEqual(await cloud.health(group), [
      {
        State: 'unused',
        Reason: 'Target.NotInUse',
        Description: 'Target group is not configured to receive traffic from the load balancer',
      },
    ]);
    const { arn } = await cloud.loadBalancer('checked');
    await cloud.listener(arn, forwardTo(group));
    assert.deepEqual(await cloud.health(group), [{ State: 'healthy' }]);
    status = 500;
    await cloud.orrery.clock.wind(20_000);
    assert.deepEqual(await cloud.health(group), [{ State: 'healthy' }]);
    await cloud.orrery.clock.wind(10_000);
    assert.deepEqual(await cloud.health(group), [
      {
        State: 'unhealthy',
        Reason: 'Target.ResponseCodeMismatch',
        Description: 'Health checks failed with these codes: [500]',
      },
    ]);
    status = 204;
    await cloud.orrery.clock.wind(10_000);
    assert.equal((await cloud.health(group))[0]?.State, 'unhealthy');
    await cloud.orrery.clock.wind(10_000);
    assert.equal((await cloud.health(group))[0]?.State, 'healthy');
  });

  test('let a deregistered target drain until its delay is over', async () => {
    const server = await cloud.serve((_request, response) => response.end('left'));
    const stays = await cloud.serve((_request, response) => response.end('stays'));
    const group = await cloud.targetGroup('draining', { ports: [server.port, stays.port] });
    const { arn, host } = await cloud.loadBalancer('draining');
    await cloud.listener(arn, forwardTo(group));
    await cloud.elb.send(
      new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: '127.0.0.1', Port: server.port }] }),
    );
    const states = async () => (await cloud.health(group)).map((health) => health?.State);
    assert.deepEqual((await states()).sort(), ['draining', 'healthy']);
    for (let index = 0; index < 3; index += 1) assert.equal((await cloud.ask(host, '/')).body, 'stays');
    await cloud.orrery.clock.wind(301_000);
    assert.deepEqual(await states(), ['healthy']);
  });

  test('are refused by AWS’s names where the configuration is wrong', async () => {
    const { elb } = cloud;
    const code = (name: string) => (error: Error) => error.name === name;
    const { arn } = await cloud.loadBalancer('wrong');
    const group = await cloud.targetGroup('wrong');
    await cloud.listener(arn, forwardTo(group));
    await assert.rejects(
      elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: arn,
          Protocol: 'HTTP',
          Port: 80,
          DefaultActions: [forwardTo(group)],
        }),
      ),
      code('DuplicateListenerException'),
    );
    await assert.rejects(
      elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group })),
      code('ResourceInUseException'),
    );
    await assert.rejects(
      elb.send(new CreateLoadBalancerCommand({ Name: 'one-zone', Subnets: ['subnet-1'] })),
      /At least two subnets in two different Availability Zones/,
    );
    await assert.rejects(
      elb.send(new CreateLoadBalancerCommand({ Name: 'gate', Type: 'gateway', Subnets: ['subnet-1', 'subnet-2'] })),
      /Type = gateway is refused/,
    );
    await assert.rejects(
      elb.send(
        new CreateTargetGroupCommand({
          Name: 'grpc',
          Protocol: 'HTTP',
          Port: 1,
          VpcId: 'vpc-1',
          ProtocolVersion: 'GRPC',
        }),
      ),
      /ProtocolVersion = GRPC is refused/,
    );
    const other = await cloud.loadBalancer('wrong-too');
    await assert.rejects(
      elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: other.arn,
          Protocol: 'HTTP',
          Port: 80,
          DefaultActions: [forwardTo(group)],
        }),
      ),
      code('TargetGroupAssociationLimitException'),
    );
    await elb.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: arn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
      }),
    );
    await assert.rejects(
      elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn })),
      code('OperationNotPermittedException'),
    );
    await assert.rejects(
      elb.send(new DescribeLoadBalancersCommand({ Names: ['nobody'] })),
      code('LoadBalancerNotFoundException'),
    );
  });

  test('keep rules in order of priority, which can be exchanged', async () => {
    const { elb } = cloud;
    const { arn, host } = await cloud.loadBalancer('ordered');
    const say = (MessageBody: string) => ({
      Type: 'fixed-response' as const,
      FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody },
    });
    const ListenerArn = await cloud.listener(arn, say('default'));
    const rule = async (Priority: number, text: string, pattern: string) => {
      const Conditions = [{ Field: 'path-pattern', Values: [pattern] }];
      const { Rules } = await elb.send(
        new CreateRuleCommand({ ListenerArn, Priority, Conditions, Actions: [say(text)] }),
      );
      return Rules?.[0]?.RuleArn ?? '';
    };
    const narrow = await rule(20, 'narrow', '/orders/new');
    const wide = await rule(10, 'wide', '/orders/*');
    await assert.rejects(rule(10, 'again', '/x'), (error: Error) => error.name === 'PriorityInUseException');
    assert.equal((await cloud.ask(host, '/orders/new')).body, 'wide');
    await elb.send(
      new SetRulePrioritiesCommand({
        RulePriorities: [
          { RuleArn: narrow, Priority: 10 },
          { RuleArn: wide, Priority: 20 },
        ],
      }),
    );
    assert.equal((await cloud.ask(host, '/orders/new')).body, 'narrow');
    assert.equal((await cloud.ask(host, '/orders/7?x=1')).body, 'wide');
    assert.equal((await cloud.ask(host, '/Orders/7')).body, 'default');
    const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
    assert.deepEqual(
      Rules.map(({ Priority }) => Priority),
      ['10', '20', 'default'],
    );
  });

  test('are there again after a restart, and gone when deleted', async () => {
    const server = await cloud.serve((_request, response) => response.end('still here'));
    const group = await cloud.targetGroup('lasting', { ports: [server.port] });
    const { arn, host } = await cloud.loadBalancer('lasting');
    await cloud.listener(arn, forwardTo(group));
    await cloud.orrery.restart();
    assert.equal((await cloud.ask(host, '/')).body, 'still here');
    await cloud.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    assert.equal((await cloud.ask(host, '/')).status, 404);
    await cloud.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
  });

  test('TLS policies are described with their protocols and ciphers', async () => {
    const Names = ['ELBSecurityPolicy-TLS13-1-2-2021-06'];
    const { SslPolicies } = await cloud.elb.send(new DescribeSSLPoliciesCommand({ Names }));
    assert.deepEqual(SslPolicies?.[0]?.SslProtocols, ['TLSv1.2', 'TLSv1.3']);
    assert.deepEqual(SslPolicies?.[0]?.Ciphers?.[0], { Name: 'TLS_AES_128_GCM_SHA256', Priority: 1 });
    await assert.rejects(cloud.elb.send(new DescribeSSLPoliciesCommand({ Names: ['none'] })), {
      name: 'SSLPolicyNotFoundException',
    });
  });
});
