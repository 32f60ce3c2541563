import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachGroupPolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import { compilePolicy } from '../../../engines/iam/policy.ts';
import { awsManagedPolicies } from '../behaviour/aws-managed-policies.ts';
import { account, allow } from '../policy-documents.fixture.ts';

let orrery: Orrery;
let iam: IAMClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam'] });
  iam = orrery.client(IAMClient);
});
after(() => orrery.stop());

async function create(name: string): Promise<string> {
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: name, PolicyDocument: allow('s3:GetObject') }),
  );
  return Policy?.Arn ?? '';
}

it('keeps up to five versions, of which one is the default', async () => {
  const PolicyArn = await create('versions');
  assert.equal(PolicyArn, `arn:aws:iam::${account}:policy/versions`);
  for (let number = 2; number <= 5; number += 1) {
    const SetAsDefault = number === 2;
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allow(`s3:Get${number}`), SetAsDefault }),
    );
  }
  const sixth = new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allow('s3:Get6') });
  await assert.rejects(iam.send(sixth), {
    name: 'LimitExceededException',
    message:
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  });
  await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v3' }));
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  assert.equal(Policy?.DefaultVersionId, 'v3');
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v3' }));
  assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), allow('s3:Get3'));
  await assert.rejects(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v3' })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete the default version of a policy.',
  });
  await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }));
  const next = await iam.send(sixth);
  assert.equal(next.PolicyVersion?.VersionId, 'v6');
  const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  assert.deepEqual(
    Versions?.map(({ VersionId }) => VersionId),
    ['v6', 'v4', 'v3', 'v2', 'v1'],
  );
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), {
    name: 'DeleteConflictException',
    message: /^This policy has more than one version\./,
  });
});

it('knows what it is attached to and cannot be deleted until it is detached', async () => {
  const PolicyArn = await create('attached');
  await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  await iam.send(new CreateGroupCommand({ GroupName: 'admins' }));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn }));
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'admins', PolicyArn }));
  const entities = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
  assert.deepEqual(
    entities.PolicyUsers?.map(({ UserName }) => UserName),
    ['ann'],
  );
  assert.deepEqual(
    entities.PolicyGroups?.map(({ GroupName }) => GroupName),
    ['admins'],
  );
  const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: 'Local', OnlyAttached: true }));
  assert.deepEqual(
    Policies?.map(({ PolicyName, AttachmentCount }) => [PolicyName, AttachmentCount]),
    [['attached', 2]],
  );
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete a policy attached to entities.',
  });
  await iam.send(new DetachUserPolicyCommand({ UserName: 'ann', PolicyArn }));
  await iam.send(new DetachGroupPolicyCommand({ GroupName: 'admins', PolicyArn }));
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
  await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn })), { name: 'NoSuchEntityException' });
});

it('has a name of its own and a document that AWS would take', async () => {
  await create('unique');
  await assert.rejects(create('unique'), {
    name: 'EntityAlreadyExistsException',
    message: 'A policy called unique already exists. Duplicate names are not allowed.',
  });
  const malformed = new CreatePolicyCommand({ PolicyName: 'malformed', PolicyDocument: allow('GetObject') });
  await assert.rejects(iam.send(malformed), {
    name: 'MalformedPolicyDocumentException',
    message: 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  });
});

it('tells AWS’s own policies, each a document that compiles', async () => {
  const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS', MaxItems: 1000 }));
  assert.equal(Policies?.length, awsManagedPolicies().size);
  assert.equal(new Set(Policies?.map(({ PolicyId }) => PolicyId)).size, awsManagedPolicies().size);
  for (const { Document } of awsManagedPolicies().values()) compilePolicy(Document, 'identity');
  // What `cdk bootstrap` and most apps name.
  for (const name of [
    'AdministratorAccess',
    'AWSCloudFormationReadOnlyAccess',
    'service-role/AWSLambdaBasicExecutionRole',
  ])
    assert.ok(awsManagedPolicies().has(`arn:aws:iam::aws:policy/${name}`), name);
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
  );
  assert.match(decodeURIComponent(PolicyVersion?.Document ?? ''), /"s3:Get\*"/);
  await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), { name: /AccessDenied/ });
});
