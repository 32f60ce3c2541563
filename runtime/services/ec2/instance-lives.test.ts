import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { compute } from '../../engines/compute/compute.ts';
import { Fleet, lacking } from './instances.fixture.ts';

describe('the life of an instance', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let VpcId: string;
  let SubnetId: string;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts', 'events', 'sqs'], clock: 'running' });
    fleet = new Fleet(orrery);
    VpcId = await fleet.vpc();
    SubnetId = await fleet.subnet(VpcId, '10.0.1.0/24');
    const { InternetGateway } = await fleet.ec2.send(new CreateInternetGatewayCommand({}));
    const { InternetGatewayId } = InternetGateway ?? {};
    await fleet.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  });
  after(() => orrery.stop());

  const described = async (id: string) => {
    const { Reservations = [] } = await fleet.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations[0]?.Instances?.[0];
  };

  test('EventBridge is told of every change of its state, also when its processes are killed', async () => {
    const [sqs, events] = [orrery.client(SQSClient), orrery.client(EventBridgeClient)];
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'states' }));
    const Arn = 'arn:aws:sqs:us-east-1:000000000000:states';
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Arn },
      ],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const EventPattern = JSON.stringify({
      source: ['aws.ec2'],
      'detail-type': ['EC2 Instance State-change Notification'],
    });
    await events.send(new PutRuleCommand({ Name: 'states', EventPattern }));
    await events.send(new PutTargetsCommand({ Rule: 'states', Targets: [{ Id: 'queue', Arn }] }));
    const { id } = await fleet.run('#!/bin/sh\n', { SubnetId });
    const sandbox = orrery.kernel
      .engine(compute)
      .sandboxes()
      .find(({ name }) => name === id);
    await sandbox?.kill();
    await fleet.until(id, 'stopped');
    const told: string[] = [];
    while (told.length < 2) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      assert.ok(Messages.length > 0, `only ${told} came`);
      for (const { Body = '' } of Messages) {
        const { detail, resources } = JSON.parse(Body);
        assert.deepEqual(resources, [`arn:aws:ec2:us-east-1:000000000000:instance/${id}`]);
        told.push(detail.state);
      }
    }
    assert.deepEqual(told.sort(), ['running', 'stopped']);
    assert.equal((await described(id))?.StateReason?.Code, 'Client.InstanceInitiatedShutdown');
  });

  test('its public address is another after stop and start, and its private one the same', async () => {
    const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: true }];
    const { id, address } = await fleet.run('#!/bin/sh\n', { NetworkInterfaces });
    const first = (await described(id))?.PublicIpAddress;
    assert.match(first ?? '', /^198\.18\./);
    await fleet.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await fleet.until(id, 'stopped');
    assert.equal((await described(id))?.PublicIpAddress, undefined);
    await fleet.run('#!/bin/sh\n', { NetworkInterfaces });
    await fleet.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await fleet.until(id, 'running');
    const again = await described(id);
    assert.match(again?.PublicIpAddress ?? '', /^198\.18\./);
    assert.notEqual(again?.PublicIpAddress, first);
    assert.equal(again?.PrivateIpAddress, address);
  });

  test('it reboots when it is told to from inside, and is gone with its interface when it shuts itself down so', async () => {
    const script = `#!/bin/sh
cat > /etc/systemd/system/second.service <<'EOF'
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'sleep 0.2; shutdown -h now'
[Install]
WantedBy=multi-user.target
EOF
systemctl enable second
reboot
`;
    const { id, face } = await fleet.run(script, { SubnetId, InstanceInitiatedShutdownBehavior: 'terminate' });
    await fleet.until(id, 'terminated');
    const found = fleet.ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [face] }));
    await assert.rejects(found, { name: 'InvalidNetworkInterfaceID.NotFound' });
  });

  test('it is protected from being stopped while its attribute says so', async () => {
    const { id: InstanceId } = await fleet.run('#!/bin/sh\n', { SubnetId });
    const set = (Value: boolean) =>
      fleet.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value } }));
    await set(true);
    const { DisableApiStop } = await fleet.ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'disableApiStop' }),
    );
    assert.equal(DisableApiStop?.Value, true);
    const stop = () => fleet.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    await assert.rejects(stop(), { name: 'OperationNotPermitted' });
    await set(false);
    await stop();
    await fleet.until(InstanceId, 'stopped');
  });
});
