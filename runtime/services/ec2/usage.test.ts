import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AllocateAddressCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateVpcEndpointCommand,
  ModifyVpcAttributeCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { loadPriceList } from '../../cost/price-list.ts';
import { standing } from './behaviour/usage.ts';
import { Fleet, lacking } from './instances.fixture.ts';

test('instances, volumes, gateways, addresses and endpoints are paid for while they are there, at prices that are known', async (t) => {
  const orrery = await startOrrery({ services: ['ec2', 'iam', 'sts'], clock: 'running' });
  t.after(() => orrery.stop());
  const fleet = new Fleet(orrery);
  const { ec2 } = fleet;
  const VpcId = await fleet.vpc();
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
  const SubnetId = await fleet.subnet(VpcId, '10.0.1.0/24');
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const { InternetGatewayId } = InternetGateway ?? {};
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(new AllocateAddressCommand({}));
  await ec2.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }));
  await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.sqs',
      VpcEndpointType: 'Interface',
      SubnetIds: [SubnetId],
    }),
  );
  const counted = (): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { usageType, amount } of standing(orrery.kernel)) sums[usageType] = (sums[usageType] ?? 0) + amount;
    return sums;
  };
  const network = {
    'NatGateway-Hours': 1,
    'PublicIPv4:InUseAddress': 1,
    'PublicIPv4:IdleAddress': 1,
    'VpcEndpoint-Hours': 1,
  };
  assert.deepEqual(counted(), network);
  const prices = (await loadPriceList()).get('ec2')?.regions['us-east-1'] ?? {};
  for (const usageType of Object.keys(counted())) assert.ok(prices[usageType], `${usageType} has no price`);
  if (lacking) return;
  const { id } = await fleet.run('#!/bin/sh\n', { SubnetId });
  const disk = { 'EBS:VolumeUsage.gp3': 8 };
  assert.deepEqual(counted(), { ...network, ...disk, 'BoxUsage:t3.micro': 1 });
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await fleet.until(id, 'stopped');
  assert.deepEqual(counted(), { ...network, ...disk });
  assert.equal(prices['BoxUsage:t3.micro']?.tiers[0]?.usd, 0.0104);
});
