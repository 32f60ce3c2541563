import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { network } from '../../engines/network/network.ts';
import { forwardTo, startBalanced } from './elbv2-for-tests.ts';

let cloud: Awaited<ReturnType<typeof startBalanced>>;
before(async () => {
  cloud = await startBalanced(['ec2']);
});
after(() => cloud.stop());

test('a target in the VPC is reached from the nodes’ own addresses, through the network of the VPC', async () => {
  const ec2 = cloud.orrery.client(EC2Client);
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const [first, second] = Subnets;
  const VpcId = first?.VpcId ?? '';
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: first?.SubnetId }));
  const address = NetworkInterface?.PrivateIpAddress ?? '';
  const listening = await cloud.orrery.kernel.engine(network).listen(VpcId, { address, port: 0 });
  const seen = new Set<string>();
  const http = createServer((request, response) => {
    if (request.url === '/menu') seen.add(request.socket.remoteAddress ?? '');
    response.end('from inside');
  });
  listening.on('connection', (socket) => http.emit('connection', socket));
  const { port } = listening.address() as AddressInfo;
  const GroupId = NetworkInterface?.Groups?.[0]?.GroupId;
  const everybody = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [everybody] }));
  const Subnet = [first?.SubnetId ?? '', second?.SubnetId ?? ''];
  const { LoadBalancers } = await cloud.elb.send(new CreateLoadBalancerCommand({ Name: 'inside', Subnets: Subnet }));
  const { LoadBalancerArn = '', DNSName = '' } = LoadBalancers?.[0] ?? {};
  const TargetGroupArn = await cloud.targetGroup('inside', { VpcId });
  await cloud.elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: address, Port: port }] }));
  await cloud.listener(LoadBalancerArn, forwardTo(TargetGroupArn));
  assert.deepEqual(await cloud.health(TargetGroupArn), [{ State: 'healthy' }]);
  for (let index = 0; index < 4; index += 1) assert.equal((await cloud.ask(DNSName, '/menu')).body, 'from inside');
  assert.equal(seen.size, 2);
  const found = await cloud.elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }));
  assert.equal(found.LoadBalancers?.[0]?.VpcId, VpcId);
  assert.equal(found.LoadBalancers?.[0]?.SecurityGroups?.length, 1);
  http.closeAllConnections();
  listening.close();
});
