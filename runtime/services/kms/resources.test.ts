import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListResourceTagsCommand,
} from '@aws-sdk/client-kms';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
let stacks: CloudFormationClient;
let kms: KMSClient;
const StackName = 'keys';

before(async () => {
  orrery = await startOrrery({ services: ['kms', 'iam', 'sts', 'cloudformation', 's3', 'ssm'] });
  stacks = orrery.client(CloudFormationClient);
  kms = orrery.client(KMSClient);
});
after(() => orrery.stop());

const account = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'kms:*', Resource: '*' };

function template(key: object, alias = 'alias/of-stack'): string {
  return JSON.stringify({
    Resources: {
      Key: { Type: 'AWS::KMS::Key', Properties: key },
      Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: alias, TargetKeyId: { Ref: 'Key' } } },
    },
    Outputs: {
      KeyId: { Value: { Ref: 'Key' } },
      Arn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      Alias: { Value: { Ref: 'Alias' } },
    },
  });
}

async function settled(): Promise<{ status: string; outputs: Record<string, string> }> {
  for (;;) {
    const { Stacks: [stack] = [] } = await stacks.send(new DescribeStacksCommand({ StackName }));
    const status = stack?.StackStatus ?? '';
    if (/IN_PROGRESS$/.test(status)) {
      await orrery.clock.wind(1000);
      continue;
    }
    const outputs = Object.fromEntries(
      (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
    return { status, outputs };
  }
}

async function reasons(): Promise<string> {
  const { StackEvents = [] } = await stacks.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason).join('\n');
}

test('a key and its alias are made, changed in place, and scheduled for deletion with the stack', async () => {
  const KeyPolicy = { Version: '2012-10-17', Statement: [account] };
  const Tags = [{ Key: 'team', Value: 'kitchen' }];
  const first = { Description: 'of a stack', EnableKeyRotation: true, RotationPeriodInDays: 200, KeyPolicy, Tags };
  await stacks.send(new CreateStackCommand({ StackName, TemplateBody: template(first) }));
  const made = await settled();
  assert.equal(made.status, 'CREATE_COMPLETE', await reasons());
  const KeyId = made.outputs.KeyId ?? '';
  assert.equal(made.outputs.Arn, `arn:aws:kms:us-east-1:000000000000:key/${KeyId}`);
  await kms.send(new EncryptCommand({ KeyId: made.outputs.Alias, Plaintext: Buffer.from('x') }));
  const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
  assert.equal(rotation.RotationPeriodInDays, 200);
  const { Tags: kept = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
  assert.ok(kept.some(({ TagKey, TagValue }) => TagKey === 'team' && TagValue === 'kitchen'));

  const stricter = { ...KeyPolicy, Id: 'second' };
  const second = { Description: 'changed', Enabled: false, KeyPolicy: stricter, PendingWindowInDays: 9 };
  await stacks.send(new UpdateStackCommand({ StackName, TemplateBody: template(second, 'alias/renamed') }));
  const changed = await settled();
  assert.equal(changed.status, 'UPDATE_COMPLETE', await reasons());
  assert.deepEqual([changed.outputs.KeyId, changed.outputs.Alias], [KeyId, 'alias/renamed']);
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  assert.deepEqual([KeyMetadata?.Description, KeyMetadata?.KeyState], ['changed', 'Disabled']);
  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
  assert.equal(JSON.parse(Policy ?? '').Id, 'second');

  const nowMs = orrery.clock.now();
  await stacks.send(new DeleteStackCommand({ StackName }));
  await orrery.clock.wind(5000);
  const gone = await kms.send(new DescribeKeyCommand({ KeyId }));
  assert.equal(gone.KeyMetadata?.KeyState, 'PendingDeletion');
  const days = ((gone.KeyMetadata?.DeletionDate?.getTime() ?? 0) - nowMs) / (24 * 60 * 60_000);
  assert.equal(Math.floor(days), 9);
  await assert.rejects(kms.send(new DescribeKeyCommand({ KeyId: 'alias/renamed' })), { name: 'NotFoundException' });
});

test('a multi-Region key is refused in a template by the name of its property', async () => {
  const TemplateBody = template({ MultiRegion: true });
  const create = async () => {
    await stacks.send(new CreateStackCommand({ StackName, TemplateBody }));
    throw new Error(`${(await settled()).status} ${await reasons()}`);
  };
  await assert.rejects(create(), /MultiRegion is refused|MultiRegion.*keys belong to one Region/);
});
