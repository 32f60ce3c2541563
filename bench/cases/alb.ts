import type { Case, Place } from '../case.ts';
import { Driver, type WireCall } from '../load.ts';
import { startHaproxy, startNginxProxy } from '../peer-programs.ts';
import { type Server, startBareNode } from '../server.ts';
import { queryCall } from '../wire.ts';

const answer = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ dishes: 'x'.repeat(500) }) };

/**
 * The target is a bare node server of its own process. Peers are such a server asked without anything before it, and nginx and
 * haproxy before one, where the machine has them.
 */
export const alb: Case[] = [
  {
    name: 'ALB hop',
    budget: '≤ 2.5× bare',
    peer: 'own',
    startPeers: [() => startBareNode(answer), () => inFront(startNginxProxy), () => inFront(startHaproxy)],
    async prepare(at) {
      if (at.server.name !== 'orrery') return hit(at.server, { method: 'GET', path: '/', headers: {} });
      const host = await balancer(at);
      return hit(at.server, { method: 'GET', path: '/menu?page=1', headers: { host } });
    },
  },
];

/** The proxy's own CPU time is measured; its target is a process that is none of it. */
async function inFront(start: (target: Server) => Promise<Server | undefined>): Promise<Server | undefined> {
  const target = await startBareNode(answer);
  const proxy = await start(target);
  if (!proxy) {
    await target.stop();
    return undefined;
  }
  const stop = proxy.stop.bind(proxy);
  proxy.stop = async () => {
    await stop();
    await target.stop();
  };
  return proxy;
}

async function hit(server: Server, call: WireCall) {
  const driver = new Driver(server, server.httpUrl);
  await driver.send(call);
  return {
    measure: (options: Parameters<Driver['load']>[1]) => driver.load((send) => send(call), options),
  };
}

async function balancer({ driver, server }: Place): Promise<string> {
  const target = await startBareNode(answer);
  const stop = server.stop.bind(server);
  server.stop = async () => {
    await stop();
    await target.stop();
  };
  const ask = async (action: string, parameters: Record<string, string>): Promise<string> =>
    (await driver.send(queryCall('elasticloadbalancing', '2015-12-01', action, parameters))).toString();
  const ec2 = await driver.send(queryCall('ec2', '2016-11-15', 'DescribeSubnets', {}));
  const [, first = ''] = ec2.toString().split('<subnetId>');
  const subnets = ec2
    .toString()
    .split('<subnetId>')
    .slice(1, 3)
    .map((text) => text.slice(0, text.indexOf('<')));
  const vpc = /<vpcId>([^<]+)</.exec(first)?.[1] ?? '';
  const groups = (await driver.send(queryCall('ec2', '2016-11-15', 'DescribeSecurityGroups', {}))).toString();
  const GroupId = /<groupId>([^<]+)</.exec(groups)?.[1] ?? '';
  const everybody = {
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': '80',
    'IpPermissions.1.ToPort': '80',
    'IpPermissions.1.IpRanges.1.CidrIp': '0.0.0.0/0',
  };
  await driver.send(queryCall('ec2', '2016-11-15', 'AuthorizeSecurityGroupIngress', { GroupId, ...everybody }));
  const made = await ask('CreateLoadBalancer', {
    Name: 'bench',
    'Subnets.member.1': subnets[0] ?? '',
    'Subnets.member.2': subnets[1] ?? '',
  });
  const group = /<TargetGroupArn>([^<]+)</.exec(
    await ask('CreateTargetGroup', { Name: 'bench', TargetType: 'ip', Protocol: 'HTTP', Port: '80', VpcId: vpc }),
  )?.[1];
  const { port } = new URL(target.url);
  await ask('RegisterTargets', {
    TargetGroupArn: group ?? '',
    'Targets.member.1.Id': '127.0.0.1',
    'Targets.member.1.Port': port,
  });
  await ask('CreateListener', {
    LoadBalancerArn: /<LoadBalancerArn>([^<]+)</.exec(made)?.[1] ?? '',
    Protocol: 'HTTP',
    Port: '80',
    'DefaultActions.member.1.Type': 'forward',
    'DefaultActions.member.1.TargetGroupArn': group ?? '',
  });
  return /<DNSName>([^<]+)</.exec(made)?.[1] ?? '';
}
