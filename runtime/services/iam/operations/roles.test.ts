import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import { account, allow, trust, trustAccount } from '../policy-documents.fixture.ts';
import { refusal } from '../refusals.fixture.ts';

let orrery: Orrery;
let iam: IAMClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam'] });
  iam = orrery.client(IAMClient);
});
after(() => orrery.stop());

const forLambda = trust({ Service: 'lambda.amazonaws.com' });
const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

describe('a role', () => {
  it('is told back as it was made, with its trust policy URL-encoded', async () => {
    const made = await iam.send(
      new CreateRoleCommand({
        RoleName: 'Told',
        Path: '/app/',
        Description: 'd',
        AssumeRolePolicyDocument: forLambda,
        MaxSessionDuration: 7200,
        Tags: [{ Key: 'team', Value: 'red' }],
      }),
    );
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'Told' }));
    assert.equal(Role?.Arn, `arn:aws:iam::${account}:role/app/Told`);
    assert.match(Role?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/);
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), forLambda);
    assert.equal(Role?.CreateDate?.getMilliseconds(), 0);
    assert.deepEqual(Role?.Tags, [{ Key: 'team', Value: 'red' }]);
    assert.equal(made.Role?.MaxSessionDuration, 7200);
  });

  it('has a name that no other has, whatever the case', async () => {
    await iam.send(new CreateRoleCommand({ RoleName: 'Twice', AssumeRolePolicyDocument: forLambda }));
    await assert.rejects(
      iam.send(new CreateRoleCommand({ RoleName: 'twice', AssumeRolePolicyDocument: forLambda })),
      refusal('EntityAlreadyExistsException', 409, 'Role with name twice already exists.'),
    );
  });

  const malformed: [string, string, string][] = [
    ['is no JSON', '{', 'This policy contains invalid Json'],
    [
      'grants something else',
      trust({ AWS: '*' }, undefined, 's3:GetObject'),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    ['trusts what is no service', trust({ Service: 'lambda' }), 'Invalid principal in policy: "SERVICE":"lambda"'],
    ['has a resource', allow('sts:AssumeRole'), 'Has prohibited field Resource'],
    [
      'trusts a user that does not exist',
      trust({ AWS: `arn:aws:iam::${account}:user/nobody` }),
      `Invalid principal in policy: "AWS":"arn:aws:iam::${account}:user/nobody"`,
    ],
  ];
  for (const [what, document, message] of malformed) {
    it(`is refused when its trust policy ${what}`, async () => {
      const command = new CreateRoleCommand({ RoleName: 'Malformed', AssumeRolePolicyDocument: document });
      await assert.rejects(iam.send(command), { name: 'MalformedPolicyDocumentException', message });
    });
  }

  it('is not found by a name it has not', async () => {
    await assert.rejects(
      iam.send(new GetRoleCommand({ RoleName: 'Nobody' })),
      refusal('NoSuchEntityException', 404, 'The role with name Nobody cannot be found.'),
    );
    await assert.rejects(iam.send(new GetRoleCommand({ RoleName: 'arn:aws:iam::000000000000:role/Nobody' })), {
      name: 'ValidationError',
      message:
        'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    });
  });

  it('changes its trust policy, description and longest session', async () => {
    await iam.send(new CreateRoleCommand({ RoleName: 'Changed', AssumeRolePolicyDocument: forLambda }));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'Changed', PolicyDocument: trustAccount }));
    await iam.send(new UpdateRoleCommand({ RoleName: 'Changed', Description: 'new', MaxSessionDuration: 43_200 }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'Changed' }));
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), trustAccount);
    assert.equal(Role?.Description, 'new');
    assert.equal(Role?.MaxSessionDuration, 43_200);
  });

  it('takes tags by keys whose case does not matter', async () => {
    await iam.send(new CreateRoleCommand({ RoleName: 'Tagged', AssumeRolePolicyDocument: forLambda }));
    await iam.send(
      new TagRoleCommand({
        RoleName: 'Tagged',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await iam.send(new TagRoleCommand({ RoleName: 'Tagged', Tags: [{ Key: 'A', Value: '3' }] }));
    await iam.send(new UntagRoleCommand({ RoleName: 'Tagged', TagKeys: ['b'] }));
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'Tagged' }));
    assert.deepEqual(Tags, [{ Key: 'A', Value: '3' }]);
  });

  it('can be deleted once nothing hangs on it', async () => {
    const RoleName = 'Held';
    const remove = () => iam.send(new DeleteRoleCommand({ RoleName }));
    const conflict = (message: string) => refusal('DeleteConflictException', 409, message);
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: forLambda }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: basic }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: allow('s3:*') }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'holds' }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'holds', RoleName }));
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'holds' }));
    assert.equal(InstanceProfile?.Roles?.[0]?.RoleName, RoleName);

    await assert.rejects(remove(), conflict('Cannot delete entity, must remove roles from instance profile first.'));
    await assert.rejects(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: 'holds' })), {
      name: 'DeleteConflictException',
    });
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: 'holds', RoleName }));
    await assert.rejects(remove(), conflict('Cannot delete entity, must detach all policies first.'));
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: basic }));
    await assert.rejects(remove(), conflict('Cannot delete entity, must delete policies first.'));
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    await remove();
    await assert.rejects(remove(), { name: 'NoSuchEntityException' });
  });
});

describe('a listing', () => {
  it('comes in pages that go on from their marker', async () => {
    for (const name of ['page-c', 'page-a', 'page-b']) {
      await iam.send(new CreateRoleCommand({ RoleName: name, Path: '/pages/', AssumeRolePolicyDocument: forLambda }));
    }
    const first = await iam.send(new ListRolesCommand({ PathPrefix: '/pages/', MaxItems: 2 }));
    assert.deepEqual(
      first.Roles?.map(({ RoleName }) => RoleName),
      ['page-a', 'page-b'],
    );
    assert.equal(first.IsTruncated, true);
    const second = await iam.send(new ListRolesCommand({ PathPrefix: '/pages/', MaxItems: 2, Marker: first.Marker }));
    assert.deepEqual(
      second.Roles?.map(({ RoleName }) => RoleName),
      ['page-c'],
    );
    assert.equal(second.IsTruncated, false);
    assert.equal(second.Marker, undefined);
  });
});

describe('policies of a role', () => {
  before(() => iam.send(new CreateRoleCommand({ RoleName: 'Policies', AssumeRolePolicyDocument: forLambda })));

  it('are put, told URL-encoded, and deleted', async () => {
    const inline = { RoleName: 'Policies', PolicyName: 'inline' };
    await iam.send(new PutRolePolicyCommand({ ...inline, PolicyDocument: allow('s3:*') }));
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(inline));
    assert.match(PolicyDocument ?? '', /^%7B%22Version%22.*%2A/);
    assert.equal(decodeURIComponent(PolicyDocument ?? ''), allow('s3:*'));
    assert.deepEqual((await iam.send(new ListRolePoliciesCommand({ RoleName: 'Policies' }))).PolicyNames, ['inline']);
    await iam.send(new DeleteRolePolicyCommand(inline));
    await assert.rejects(iam.send(new GetRolePolicyCommand(inline)), {
      name: 'NoSuchEntityException',
      message: 'The role policy with name inline cannot be found.',
    });
  });

  it('are at most 10,240 characters together', async () => {
    const big = allow(Array.from({ length: 700 }, (_, index) => `s3:Action${index}`));
    await assert.rejects(
      iam.send(new PutRolePolicyCommand({ RoleName: 'Policies', PolicyName: 'big', PolicyDocument: big })),
      {
        name: 'LimitExceededException',
        message: 'Maximum policy size of 10240 bytes exceeded for role Policies',
      },
    );
  });

  it('may be AWS’s own, but not one that is not known here', async () => {
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'Policies', PolicyArn: basic }));
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'Policies' }));
    assert.deepEqual(AttachedPolicies, [{ PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: basic }]);
    const unknown = 'arn:aws:iam::aws:policy/AmazonChimeFullAccess';
    await assert.rejects(iam.send(new AttachRolePolicyCommand({ RoleName: 'Policies', PolicyArn: unknown })), {
      name: 'NoSuchEntityException',
      message:
        /^Policy arn:aws:iam::aws:policy\/AmazonChimeFullAccess does not exist or is not attachable\. Orrery does not have/,
    });
  });
});

it('makes a service-linked role once, which only its service changes', async () => {
  const make = () =>
    iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'elasticloadbalancing.amazonaws.com' }));
  const { Role } = await make();
  assert.equal(
    Role?.Arn,
    `arn:aws:iam::${account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
  );
  await assert.rejects(make(), { name: 'InvalidInputException' });
  await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName: Role?.RoleName })), {
    name: 'UnmodifiableEntityException',
  });
});
