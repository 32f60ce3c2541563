import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';

const account = '000000000000';
const HOUR_MS = 3_600_000;
const policy = (statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const allow = (Action: string | string[]): string => policy({ Effect: 'Allow', Action, Resource: '*' });
const trust = (Principal: unknown, more: object = {}): string =>
  policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });

let orrery: Orrery;
let iam: IAMClient;
let sts: STSClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'sts', 'sqs'] });
  iam = orrery.client(IAMClient);
  sts = orrery.client(STSClient);
});
after(() => orrery.stop());

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

function keysOf(credentials: Credentials | undefined): Keys {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function role(
  RoleName: string,
  options: { trusts?: string; may?: string; MaxSessionDuration?: number } = {},
): Promise<string> {
  const AssumeRolePolicyDocument = options.trusts ?? trust({ AWS: account });
  const { MaxSessionDuration } = options;
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, MaxSessionDuration }));
  if (options.may)
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'may', PolicyDocument: options.may }));
  return `arn:aws:iam::${account}:role/${RoleName}`;
}

async function user(UserName: string, may?: string): Promise<Keys> {
  await iam.send(new CreateUserCommand({ UserName }));
  if (may) await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'may', PolicyDocument: may }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

async function assume(input: Partial<AssumeRoleCommandInput>, as?: Keys): Promise<Keys> {
  const client = as ? orrery.client(STSClient, { credentials: as }) : sts;
  const { Credentials } = await client.send(
    new AssumeRoleCommand({ RoleArn: '', RoleSessionName: 'session', ...input }),
  );
  return keysOf(Credentials);
}

const iamAs = (credentials: Keys): IAMClient => orrery.client(IAMClient, { credentials });
const stsAs = (credentials: Keys): STSClient => orrery.client(STSClient, { credentials });

describe('AssumeRole', () => {
  it('gives a session that acts as the role, no more and no less', async () => {
    const RoleArn = await role('lister', { may: allow('iam:ListRoles') });
    const answer = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ann@example.com' }));
    assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/lister/ann@example.com`);
    assert.match(answer.AssumedRoleUser?.AssumedRoleId ?? '', /^AROA.*:ann@example\.com$/);
    assert.equal(answer.Credentials?.Expiration?.getTime(), (Math.floor(orrery.clock.now() / 1000) + 3600) * 1000);
    const session = iamAs(keysOf(answer.Credentials));
    await session.send(new ListRolesCommand({}));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'lister' }));
    assert.equal(Role?.RoleLastUsed?.Region, 'us-east-1');
    await assert.rejects(session.send(new GetRoleCommand({ RoleName: 'lister' })), {
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${account}:assumed-role/lister/ann@example.com is not authorized to perform: iam:GetRole on resource: ${RoleArn} because no identity-based policy allows the iam:GetRole action`,
    });
  });

  it('needs the trust policy to name the caller, or the account besides the caller’s own permission', async () => {
    const outsider = await user('outsider');
    const insider = await user('insider', allow('sts:AssumeRole'));
    const RoleArn = await role('guarded');
    const lambdaOnly = await role('lambda-only', { trusts: trust({ Service: 'lambda.amazonaws.com' }) });
    const named = await role('named', { trusts: trust({ AWS: `arn:aws:iam::${account}:user/outsider` }) });
    const start = `User: arn:aws:iam::${account}:user/outsider is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
    await assert.rejects(assume({ RoleArn }, outsider), {
      name: 'AccessDenied',
      message: `${start} because no identity-based policy allows the sts:AssumeRole action`,
    });
    await assume({ RoleArn }, insider);
    await assume({ RoleArn: named }, outsider);
    await assert.rejects(assume({ RoleArn: lambdaOnly }, insider), {
      name: 'AccessDenied',
      message: /because no role trust policy allows the sts:AssumeRole action$/,
    });
    await assert.rejects(assume({ RoleArn: `${RoleArn}-missing` }, insider), { name: 'AccessDenied' });
  });

  it('asks for the external id that the trust policy asks for', async () => {
    const Condition = { StringEquals: { 'sts:ExternalId': '12345' } };
    const RoleArn = await role('external', { trusts: trust({ AWS: account }, { Condition }) });
    await assert.rejects(assume({ RoleArn }), { name: 'AccessDenied' });
    await assert.rejects(assume({ RoleArn, ExternalId: 'x1' }), { name: 'AccessDenied' });
    await assume({ RoleArn, ExternalId: '12345' });
  });

  it('is narrowed by session policies, inline and managed', async () => {
    const RoleArn = await role('wide', { may: allow('iam:*') });
    const only = iamAs(await assume({ RoleArn, Policy: allow(['iam:ListRoles', 's3:*']) }));
    await only.send(new ListRolesCommand({}));
    await assert.rejects(only.send(new ListUsersCommand({})), {
      message: /because no session policy allows the iam:ListUsers action$/,
    });
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'users', PolicyDocument: allow('iam:ListUsers') }),
    );
    const managed = iamAs(
      await assume({ RoleArn, Policy: allow('iam:ListRoles'), PolicyArns: [{ arn: Policy?.Arn }] }),
    );
    await managed.send(new ListUsersCommand({}));
    await managed.send(new ListRolesCommand({}));
    await assert.rejects(managed.send(new GetRoleCommand({ RoleName: 'wide' })), { name: 'AccessDenied' });
    await assert.rejects(assume({ RoleArn, Policy: '{' }), { name: 'MalformedPolicyDocumentException' });
  });

  it('is bounded by the role’s permissions boundary', async () => {
    const RoleArn = await role('bounded', { may: allow('iam:*') });
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'bound', PolicyDocument: allow('iam:ListRoles') }),
    );
    const PermissionsBoundary = Policy?.Arn;
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'bounded', PermissionsBoundary }));
    const session = iamAs(await assume({ RoleArn }));
    await session.send(new ListRolesCommand({}));
    await assert.rejects(session.send(new ListUsersCommand({})), {
      message: /because no permissions boundary allows the iam:ListUsers action$/,
    });
  });

  it('carries session tags where the trust policy lets the caller tag', async () => {
    const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'red' } };
    const may = policy({ Effect: 'Allow', Action: 'iam:ListRoles', Resource: '*', Condition });
    const untaggable = await role('untaggable', { may });
    const Tags = [{ Key: 'team', Value: 'red' }];
    await assert.rejects(assume({ RoleArn: untaggable, Tags }), { message: /sts:TagSession/ });
    const trusts = trust({ AWS: account }, { Action: ['sts:AssumeRole', 'sts:TagSession'] });
    const RoleArn = await role('taggable', { may, trusts });
    await iamAs(await assume({ RoleArn, Tags })).send(new ListRolesCommand({}));
    await assert.rejects(iamAs(await assume({ RoleArn })).send(new ListRolesCommand({})), { name: 'AccessDenied' });
  });

  it('lasts no longer than the role lets, and an hour when roles are chained', async () => {
    const RoleArn = await role('long', { MaxSessionDuration: 43_200, may: allow('sts:AssumeRole') });
    const short = await role('short');
    await assume({ RoleArn, DurationSeconds: 43_200 });
    await assert.rejects(assume({ RoleArn: short, DurationSeconds: 7200 }), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    const first = await assume({ RoleArn });
    await assert.rejects(assume({ RoleArn, DurationSeconds: 7200 }, first), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    });
    await assume({ RoleArn }, first);
    await assert.rejects(assume({ RoleArn, DurationSeconds: 60 }), {
      message: /^1 validation error detected: Value '60' at 'durationSeconds'/,
    });
  });

  it('gives credentials that hold over a restart, until the clock says they have expired', async () => {
    const credentials = await assume({ RoleArn: await role('lasting') });
    await orrery.restart();
    iam = orrery.client(IAMClient);
    sts = orrery.client(STSClient);
    const call = (keys: Keys) => stsAs(keys).send(new GetCallerIdentityCommand({}));
    assert.match((await call(credentials)).Arn ?? '', /assumed-role\/lasting/);
    await assert.rejects(call({ ...credentials, sessionToken: 'forged' }), { name: 'InvalidClientTokenId' });
    await orrery.clock.wind(2 * HOUR_MS);
    await assert.rejects(call(credentials), { message: 'The security token included in the request is expired' });
    // Long after, when it has been forgotten, it does not pass for an unknown key.
    const RoleArn = `arn:aws:iam::${account}:role/lasting`;
    for (let count = 0; count < 101; count += 1) await assume({ RoleArn });
    assert.equal(
      orrery.kernel.store.collection('iam.sessions', { account: '', region: '' }).has(credentials.accessKeyId),
      false,
    );
    await assert.rejects(call(credentials), { message: 'The security token included in the request is expired' });
  });

  it('gives a session that can nothing once its role is another of the same name', async () => {
    const RoleArn = await role('reborn', { may: allow('iam:ListRoles') });
    const session = iamAs(await assume({ RoleArn }));
    await session.send(new ListRolesCommand({}));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'reborn', PolicyName: 'may' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'reborn' }));
    await role('reborn', { may: allow('iam:ListRoles') });
    await assert.rejects(session.send(new ListRolesCommand({})), { name: 'AccessDenied' });
  });
});

describe('tokens for users', () => {
  it('GetSessionToken gives temporary keys of the same user, but not from temporary keys', async () => {
    const long = await user('temp', allow('iam:ListRoles'));
    const { Credentials } = await stsAs(long).send(new GetSessionTokenCommand({}));
    const temporary = keysOf(Credentials);
    assert.match(temporary.accessKeyId, /^ASIA/);
    assert.equal(
      (await stsAs(temporary).send(new GetCallerIdentityCommand({}))).Arn,
      `arn:aws:iam::${account}:user/temp`,
    );
    await assert.rejects(stsAs(temporary).send(new GetSessionTokenCommand({})), {
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
    await assert.rejects(iamAs(temporary).send(new ListRolesCommand({})), { name: 'InvalidClientTokenId' });
    await iamAs(long).send(new ListRolesCommand({}));
  });

  it('GetFederationToken gives what both the user and the session policy allow', async () => {
    const long = await user('broker', allow(['sts:GetFederationToken', 'sqs:ListQueues', 'sqs:CreateQueue']));
    const sqsAs = (keys: Keys): SQSClient => orrery.client(SQSClient, { credentials: keys });
    const Policy = allow(['sqs:ListQueues', 'sqs:DeleteQueue']);
    const answer = await stsAs(long).send(new GetFederationTokenCommand({ Name: 'guest', Policy }));
    assert.equal(answer.FederatedUser?.Arn, `arn:aws:sts::${account}:federated-user/guest`);
    const guest = sqsAs(keysOf(answer.Credentials));
    await guest.send(new ListQueuesCommand({}));
    await assert.rejects(guest.send(new CreateQueueCommand({ QueueName: 'q' })), {
      message: /federated-user\/guest is not authorized .* because no session policy allows/,
    });
    const bare = await stsAs(long).send(new GetFederationTokenCommand({ Name: 'bare' }));
    await assert.rejects(sqsAs(keysOf(bare.Credentials)).send(new ListQueuesCommand({})), /no session policy allows/);
  });

  it('GetAccessKeyInfo tells whose account a key is of', async () => {
    const { accessKeyId } = await user('known');
    assert.equal((await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: accessKeyId }))).Account, account);
  });
});

it('refuses what it does not do, by name', async () => {
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: `arn:aws:iam::${account}:role/x`,
    RoleSessionName: 'xx',
    WebIdentityToken: 'token',
  });
  await assert.rejects(sts.send(command), /AssumeRoleWithWebIdentity/);
});
