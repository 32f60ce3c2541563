import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeleteUserCommand,
  GetAccountSummaryCommand,
  GetGroupCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateAccessKeyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import { account, allow } from '../policy-documents.fixture.ts';
import { refusal } from '../refusals.fixture.ts';

let orrery: Orrery;
let iam: IAMClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'sts'] });
  iam = orrery.client(IAMClient);
});
after(() => orrery.stop());

async function userWithKey(UserName: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

describe('a user', () => {
  it('signs with its key as itself', async () => {
    const credentials = await userWithKey('signer');
    assert.match(credentials.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
    const caller = await orrery.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}));
    assert.equal(caller.Arn, `arn:aws:iam::${account}:user/signer`);
    assert.match(caller.UserId ?? '', /^AIDA/);
    const wrong = orrery.client(STSClient, { credentials: { ...credentials, secretAccessKey: 'x'.repeat(40) } });
    await assert.rejects(wrong.send(new GetCallerIdentityCommand({})), { name: 'SignatureDoesNotMatch' });
  });

  it('cannot sign with a key that is inactive or deleted', async () => {
    const credentials = await userWithKey('retired');
    const key = { UserName: 'retired', AccessKeyId: credentials.accessKeyId };
    const call = () => orrery.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}));
    const refused = { name: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' };
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    await assert.rejects(call(), refused);
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Active' }));
    await call();
    await iam.send(new DeleteAccessKeyCommand(key));
    await assert.rejects(call(), refused);
  });

  it('has two keys at most', async () => {
    await userWithKey('keys');
    await iam.send(new CreateAccessKeyCommand({ UserName: 'keys' }));
    await assert.rejects(iam.send(new CreateAccessKeyCommand({ UserName: 'keys' })), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'keys' }));
    assert.equal(AccessKeyMetadata?.length, 2);
  });

  it('keeps its keys and groups when it is renamed', async () => {
    const credentials = await userWithKey('before');
    await iam.send(new CreateGroupCommand({ GroupName: 'moving' }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'moving', UserName: 'before' }));
    await iam.send(new UpdateUserCommand({ UserName: 'before', NewUserName: 'after', NewPath: '/x/' }));
    const caller = await orrery.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}));
    assert.equal(caller.Arn, `arn:aws:iam::${account}:user/x/after`);
    const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'after' }));
    assert.deepEqual(
      Groups?.map(({ GroupName }) => GroupName),
      ['moving'],
    );
  });

  it('may what its own and its groups’ policies allow, and no more', async () => {
    const credentials = await userWithKey('member');
    const own = orrery.client(IAMClient, { credentials });
    const refused = (action: string, resource: string) =>
      refusal(
        'AccessDenied',
        403,
        `User: arn:aws:iam::${account}:user/member is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      );
    await assert.rejects(own.send(new ListUsersCommand({})), refused('iam:ListUsers', `arn:aws:iam::${account}:user/`));
    await iam.send(new CreateGroupCommand({ GroupName: 'readers' }));
    await iam.send(
      new PutGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'read', PolicyDocument: allow('iam:List*') }),
    );
    await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'member' }));
    await own.send(new ListUsersCommand({}));
    const self = allow('iam:GetUser', `arn:aws:iam::${account}:user/\${aws:username}`);
    await iam.send(new PutUserPolicyCommand({ UserName: 'member', PolicyName: 'self', PolicyDocument: self }));
    assert.equal((await own.send(new GetUserCommand({}))).User?.UserName, 'member');
    await iam.send(new CreateUserCommand({ UserName: 'other' }));
    await assert.rejects(
      own.send(new GetUserCommand({ UserName: 'other' })),
      refused('iam:GetUser', `arn:aws:iam::${account}:user/other`),
    );
  });

  it('can be deleted once nothing hangs on it', async () => {
    const UserName = 'held';
    const { accessKeyId: AccessKeyId } = await userWithKey(UserName);
    await iam.send(new CreateGroupCommand({ GroupName: 'holding' }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'holding', UserName }));
    const conflict = (message: string) => ({ name: 'DeleteConflictException', message });
    const remove = () => iam.send(new DeleteUserCommand({ UserName }));
    await assert.rejects(remove(), conflict('Cannot delete entity, must delete access keys first.'));
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    await assert.rejects(remove(), conflict('Cannot delete entity, must remove users from group first.'));
    await assert.rejects(iam.send(new DeleteGroupCommand({ GroupName: 'holding' })), {
      name: 'DeleteConflictException',
    });
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'holding', UserName }));
    await remove();
    assert.deepEqual((await iam.send(new GetGroupCommand({ GroupName: 'holding' }))).Users, []);
  });

  it('cannot have a password', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'typist' }));
    await assert.rejects(
      iam.send(new CreateLoginProfileCommand({ UserName: 'typist', Password: 'secret-words-1A' })),
      /CreateLoginProfile/,
    );
  });
});

it('sums the account up', async () => {
  const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
  assert.equal(SummaryMap?.RolesQuota, 1000);
  assert.equal(SummaryMap?.MFADevices, 0);
});
