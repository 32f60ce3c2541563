import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  type GetAccountAuthorizationDetailsCommandOutput,
  GetAccountSummaryCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import { account, allow, trust } from '../policy-documents.fixture.ts';

let orrery: Orrery;
let cloudformation: CloudFormationClient;
let iam: IAMClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'sts', 'cloudformation'] });
  cloudformation = orrery.client(CloudFormationClient);
  iam = orrery.client(IAMClient);
});
after(() => orrery.stop());

const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const document = (text: string): object => JSON.parse(text) as object;
const Ref = (name: string): object => ({ Ref: name });

function template(): Record<string, { Type: string; Properties: Record<string, unknown> }> {
  const AssumeRolePolicyDocument = document(trust({ Service: 'lambda.amazonaws.com' }));
  return {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument,
        ManagedPolicyArns: [basic, Ref('Managed')],
        Policies: [{ PolicyName: 'inline', PolicyDocument: document(allow('sqs:*')) }],
        Tags: [{ Key: 'team', Value: 'red' }],
      },
    },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'separate', PolicyDocument: document(allow('s3:Get*')), Roles: [Ref('Role')] },
    },
    Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document(allow('s3:ListBucket')) } },
    RolePolicy: {
      Type: 'AWS::IAM::RolePolicy',
      Properties: { RoleName: Ref('Role'), PolicyName: 'own', PolicyDocument: document(allow('s3:List*')) },
    },
    Group: {
      Type: 'AWS::IAM::Group',
      Properties: { Policies: [{ PolicyName: 'g', PolicyDocument: document(allow('iam:List*')) }] },
    },
    User: { Type: 'AWS::IAM::User', Properties: { UserName: 'from-template' } },
    Membership: {
      Type: 'AWS::IAM::UserToGroupAddition',
      Properties: { GroupName: Ref('Group'), Users: [Ref('User')] },
    },
    Key: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: Ref('User') } },
    Profile: {
      Type: 'AWS::IAM::InstanceProfile',
      Properties: { InstanceProfileName: 'profile', Roles: [Ref('Role')] },
    },
    Linked: { Type: 'AWS::IAM::ServiceLinkedRole', Properties: { AWSServiceName: 'ecs.amazonaws.com' } },
    Provider: { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: 'https://token.example.com', ClientIdList: ['a'] } },
  };
}

const Outputs = Object.fromEntries(
  [
    ['RoleName', Ref('Role')],
    ['RoleArn', { 'Fn::GetAtt': ['Role', 'Arn'] }],
    ['RoleId', { 'Fn::GetAtt': ['Role', 'RoleId'] }],
    ['PolicyArn', Ref('Managed')],
    ['KeyId', Ref('Key')],
    ['Secret', { 'Fn::GetAtt': ['Key', 'SecretAccessKey'] }],
    ['LinkedName', { 'Fn::GetAtt': ['Linked', 'RoleName'] }],
  ].map(([name, Value]) => [name, { Value }]),
);

const Capabilities = ['CAPABILITY_NAMED_IAM' as const];

async function settled(StackName: string): Promise<Stack> {
  await orrery.clock.wind(1000);
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  assert(Stacks?.[0]);
  return Stacks[0];
}

async function deploy(
  Resources: object,
  verb: 'create' | 'update' = 'create',
  outputs: object = Outputs,
): Promise<Stack> {
  const input = {
    StackName: 'identities',
    TemplateBody: JSON.stringify({ Resources, Outputs: outputs }),
    Capabilities,
  };
  if (verb === 'create') await cloudformation.send(new CreateStackCommand(input));
  else await cloudformation.send(new UpdateStackCommand(input));
  return settled('identities');
}

async function roleDetail(
  name: string | undefined,
): Promise<NonNullable<GetAccountAuthorizationDetailsCommandOutput['RoleDetailList']>[number]> {
  const { RoleDetailList } = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] }));
  const detail = RoleDetailList?.find(({ RoleName }) => RoleName === name);
  assert(detail);
  return detail;
}

it('every resource type is created, changed in place, and deleted with its stack', async () => {
  const created = await deploy(template());
  assert.equal(created.StackStatus, 'CREATE_COMPLETE');
  const output = (key: string) => created.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue ?? '';
  assert.match(output('RoleName'), /^identities-Role-/);
  assert.equal(output('RoleArn'), `arn:aws:iam::${account}:role/${output('RoleName')}`);
  assert.match(output('RoleId'), /^AROA/);
  assert.equal(output('LinkedName'), 'AWSServiceRoleForECS');

  const before = await roleDetail(output('RoleName'));
  assert.deepEqual(before.RolePolicyList?.map(({ PolicyName }) => PolicyName).sort(), ['inline', 'own', 'separate']);
  assert.deepEqual(
    before.AttachedManagedPolicies?.map(({ PolicyArn }) => PolicyArn),
    [basic, output('PolicyArn')],
  );
  assert(before.Tags?.some(({ Key, Value }) => Key === 'team' && Value === 'red'));
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'profile' }));
  assert.equal(InstanceProfile?.Roles?.[0]?.RoleName, output('RoleName'));
  const credentials = { accessKeyId: output('KeyId'), secretAccessKey: output('Secret') };
  const caller = await orrery.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}));
  assert.equal(caller.Arn, `arn:aws:iam::${account}:user/from-template`);

  const { StackDriftDetectionId } = await cloudformation.send(new DetectStackDriftCommand({ StackName: 'identities' }));
  await orrery.clock.wind(1000);
  const { StackResourceDrifts } = await cloudformation.send(
    new DescribeStackResourceDriftsCommand({ StackName: 'identities' }),
  );
  assert(StackDriftDetectionId);
  const drifted = StackResourceDrifts?.filter(({ StackResourceDriftStatus }) => StackResourceDriftStatus !== 'IN_SYNC');
  // The role is told to differ: its inline policies that are resources of their own are read back with its own.
  assert.deepEqual(
    drifted?.map(({ LogicalResourceId }) => LogicalResourceId).filter((id) => id !== 'Role'),
    [],
  );

  const changed = template();
  Object.assign(changed.Role?.Properties ?? {}, {
    ManagedPolicyArns: [Ref('Managed')],
    Policies: [],
    Description: 'changed',
  });
  Object.assign(changed.Policy?.Properties ?? {}, { PolicyName: 'renamed' });
  Object.assign(changed.Managed?.Properties ?? {}, { PolicyDocument: document(allow('s3:ListAllMyBuckets')) });
  const updated = await deploy(changed, 'update');
  assert.equal(updated.StackStatus, 'UPDATE_COMPLETE');
  const after = await roleDetail(output('RoleName'));
  assert.deepEqual(after.RolePolicyList?.map(({ PolicyName }) => PolicyName).sort(), ['own', 'renamed']);
  assert.deepEqual(
    after.AttachedManagedPolicies?.map(({ PolicyArn }) => PolicyArn),
    [output('PolicyArn')],
  );
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: output('RoleName') }));
  assert.equal(Role?.Description, 'changed');
  assert.equal(updated.Outputs?.find(({ OutputKey }) => OutputKey === 'Secret')?.OutputValue, output('Secret'));

  await cloudformation.send(new DeleteStackCommand({ StackName: 'identities' }));
  await orrery.clock.wind(1000);
  const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
  const { Roles, Users, Groups, Policies, InstanceProfiles, Providers } = SummaryMap ?? {};
  const left = [Roles, Users, Groups, Policies, InstanceProfiles, Providers];
  assert.deepEqual(left, [0, 0, 0, 0, 0, 0]);
});

it('a role whose policy is malformed leaves nothing behind', async () => {
  const Role = template().Role;
  assert(Role);
  Role.Properties.ManagedPolicyArns = [basic];
  Role.Properties.Policies = [{ PolicyName: 'bad', PolicyDocument: document(allow('ListThings')) }];
  await iam.send(new CreateUserCommand({ UserName: 'bystander' }));
  const TemplateBody = JSON.stringify({ Resources: { Role } });
  await cloudformation.send(new CreateStackCommand({ StackName: 'malformed', TemplateBody, Capabilities }));
  const stack = await settled('malformed');
  assert.equal(stack.StackStatus, 'ROLLBACK_COMPLETE');
  const { StackEvents } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: 'malformed' }));
  const failed = StackEvents?.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
  assert.match(failed?.ResourceStatusReason ?? '', /must be prefaced by a vendor/);
  const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
  assert.equal(SummaryMap?.Roles, 0);
});
