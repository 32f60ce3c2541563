import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Principal, rootOf, servicePrincipal } from '../../kernel/principal.ts';
import type { Context, HttpDetails } from '../../kernel/service.ts';
import { requestKeys } from './request-keys.ts';

const account = '111122223333';
const user: Principal = {
  kind: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/ann`,
  userId: 'AIDA1',
  userName: 'ann',
};
const session: Principal = {
  kind: 'session',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/r/s`,
  roleArn: `arn:aws:iam::${account}:role/path/r`,
  roleId: 'AROA1',
  sessionName: 's',
};
const http: HttpDetails = {
  method: 'GET',
  url: '/',
  host: 'localhost',
  headers: { 'user-agent': 'aws-cli/2', referer: 'https://example.com/' },
  clientIp: '203.0.113.5',
  secure: false,
};

function keysOf(principal: Principal, wire: HttpDetails | undefined, names: string[]): (string | undefined)[] {
  const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const ctx = { principal, http: wire, region: 'eu-west-1', clock: { now: () => nowMs } } as unknown as Context;
  const access = { action: 's3:GetObject', resource: '*', conditions: { 's3:prefix': 'home/' } };
  const tags = (key: string) => (key === 'team' ? 'red' : undefined);
  const keys = requestKeys(ctx, access, { resourceAccount: '444455556666', principalTags: tags });
  return names.map((name) => keys.get(name.toLowerCase())?.[0]);
}

// "AWS global condition context keys", IAM User Guide: the tables of what each kind of principal has.
it('tells who asks, by kind of principal', () => {
  const names = [
    'aws:PrincipalArn',
    'aws:userid',
    'aws:username',
    'aws:PrincipalType',
    'aws:PrincipalAccount',
    'aws:PrincipalIsAWSService',
  ];
  assert.deepEqual(keysOf(user, http, names), [user.arn, 'AIDA1', 'ann', 'User', account, 'false']);
  assert.deepEqual(keysOf(session, http, names), [
    session.roleArn,
    'AROA1:s',
    undefined,
    'AssumedRole',
    account,
    'false',
  ]);
  assert.deepEqual(keysOf(rootOf(account), http, names), [
    `arn:aws:iam::${account}:root`,
    account,
    undefined,
    'Account',
    account,
    'false',
  ]);
  assert.deepEqual(keysOf({ kind: 'anonymous' }, http, names), [
    undefined,
    'anonymous',
    undefined,
    'Anonymous',
    undefined,
    'false',
  ]);
  const sns = servicePrincipal('sns.amazonaws.com', account, { sourceArn: 'arn:aws:sns:eu-west-1:1:t' });
  assert.deepEqual(keysOf(sns, undefined, names), [undefined, undefined, undefined, undefined, undefined, 'true']);
  const source = ['aws:SourceArn', 'aws:SourceAccount', 'aws:PrincipalServiceName'];
  assert.deepEqual(keysOf(sns, undefined, source), ['arn:aws:sns:eu-west-1:1:t', account, 'sns.amazonaws.com']);
  assert.deepEqual(keysOf(user, http, source), [undefined, undefined, undefined]);
});

it('tells where from, when and where to', () => {
  const names = [
    'aws:SourceIp',
    'aws:SecureTransport',
    'aws:UserAgent',
    'aws:Referer',
    'aws:CurrentTime',
    'aws:EpochTime',
  ];
  const time = ['2026-01-02T03:04:05.678Z', '1767323045'];
  assert.deepEqual(keysOf(user, http, names), ['203.0.113.5', 'false', 'aws-cli/2', 'https://example.com/', ...time]);
  assert.deepEqual(keysOf(user, undefined, names), [undefined, 'true', undefined, undefined, ...time]);
  assert.deepEqual(keysOf(user, http, ['aws:RequestedRegion', 'aws:ResourceAccount']), ['eu-west-1', '444455556666']);
});

it('tells tags of the principal, keys of the service, and nothing of what there is not', () => {
  assert.deepEqual(keysOf(user, http, ['aws:PrincipalTag/Team', 's3:Prefix']), ['red', 'home/']);
  const absent = ['aws:PrincipalOrgID', 'aws:SourceVpc', 'aws:PrincipalTag/other', 'aws:MultiFactorAuthPresent'];
  assert.deepEqual(keysOf(user, http, absent), [undefined, undefined, undefined, undefined]);
  assert.deepEqual(keysOf(session, http, ['aws:MultiFactorAuthPresent']), ['false']);
});

it('says whether a service passes its caller on', () => {
  const via = (principal: Principal, wire?: HttpDetails) => keysOf(principal, wire, ['aws:ViaAWSService'])[0];
  assert.equal(via(user, http), 'false');
  assert.equal(via(user), 'true');
  assert.equal(via({ ...session, sourceService: 'lambda.amazonaws.com' } as Principal), 'false');
});
