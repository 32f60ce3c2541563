import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateVpcEndpointCommand,
  DescribeRouteTablesCommand,
  ModifyVpcEndpointCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { machines } from './behaviour/machines.ts';
import { Fleet, lacking } from './instances.fixture.ts';

const policy = (Action: string | string[], Resource: string, more: object = { Principal: '*' }): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource, ...more }] });

/** A service, so that the next boot asks again. */
const script = `#!/bin/bash
cat > /opt/ask.sh <<'EOF'
for bucket in mine others; do aws s3 cp s3://$bucket/file - 2>&1 | sed "s/^/$bucket: /"; echo; done
echo asked
EOF
cat > /etc/systemd/system/ask.service <<'EOF'
[Service]
Type=oneshot
ExecStart=/bin/bash /opt/ask.sh
[Install]
WantedBy=multi-user.target
EOF
systemctl enable --now ask
`;

test('an endpoint lets pass what its policy allows, of whoever asks, and buckets know which endpoint was taken', {
  skip: lacking,
}, async (t) => {
  const orrery = await startOrrery({ services: ['ec2', 'iam', 'sts', 's3'], clock: 'running' });
  t.after(() => orrery.stop());
  const fleet = new Fleet(orrery);
  const s3 = orrery.client(S3Client);
  for (const Bucket of ['mine', 'others']) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'file', Body: `held in ${Bucket}` }));
  }
  const iam = orrery.client(IAMClient);
  const trust = {
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const RoleName = 'reader';
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  const PolicyDocument = policy('s3:*', '*', {});
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: RoleName }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: RoleName, RoleName }));

  const VpcId = await fleet.vpc();
  const SubnetId = await fleet.subnet(VpcId, '10.0.1.0/24');
  const { RouteTables: [main] = [] } = await fleet.ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
  );
  const endpoint = { VpcId, ServiceName: 'com.amazonaws.us-east-1.s3', RouteTableIds: [main?.RouteTableId ?? ''] };
  await assert.rejects(fleet.ec2.send(new CreateVpcEndpointCommand({ ...endpoint, PolicyDocument: '{"Statement":' })), {
    name: 'InvalidPolicyDocument',
  });
  const { VpcEndpoint: { VpcEndpointId = '' } = {} } = await fleet.ec2.send(
    new CreateVpcEndpointCommand({ ...endpoint, PolicyDocument: policy('s3:GetObject', 'arn:aws:s3:::mine/*') }),
  );
  const onlyBy = { StringNotEquals: { 'aws:SourceVpce': VpcEndpointId } };
  const refuse = { Effect: 'Deny', Principal: { AWS: `arn:aws:iam::000000000000:role/${RoleName}` } };
  const Policy = policy('s3:GetObject', 'arn:aws:s3:::mine/*', { ...refuse, Condition: onlyBy });
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'mine', Policy }));

  /** What the instance has heard since it last booted. */
  const heard = async (id: string): Promise<string> => {
    for (let tries = 0; tries < 300; tries += 1) {
      const text = orrery.kernel.engine(machines).console(id);
      if (text.includes('asked\n')) return text;
      await orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
    }
    throw new Error(`it did not ask: ${orrery.kernel.engine(machines).console(id)}`);
  };
  const { id } = await fleet.run(script, { SubnetId, IamInstanceProfile: { Name: RoleName } });
  const first = await heard(id);
  assert.match(first, /^mine: held in mine$/m);
  assert.match(first, /^others: .*(Forbidden|AccessDenied|no VPC endpoint policy allows the s3:GetObject action)/m);
  assert.doesNotMatch(first, /held in others/);

  await fleet.ec2.send(
    new ModifyVpcEndpointCommand({ VpcEndpointId, PolicyDocument: policy('s3:*', 'arn:aws:s3:::others/*') }),
  );
  await fleet.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await fleet.until(id, 'stopped');
  await fleet.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await fleet.until(id, 'running');
  const second = await heard(id);
  assert.match(second, /^others: held in others$/m);
  assert.doesNotMatch(second, /held in mine/);
});
