import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { setCaller } from '../../data-planes/http/caller.ts';
import type { HttpRequest } from '../../data-planes/http/exchange.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { type Principal, servicePrincipal } from '../../kernel/principal.ts';
import { refuses, type S3Lab, startLab } from './bucket.fixture.ts';

let lab: S3Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.orrery.stop());

const account = '000000000000';

/** A client of a role with these permissions. */
async function role(name: string, ...statements: object[]): Promise<S3Client> {
  const trust = { Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }] };
  const iam = lab.orrery.client(IAMClient);
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  if (statements.length > 0) {
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    );
  }
  const { Credentials } = await lab.orrery
    .client(STSClient)
    .send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'test' }));
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  return lab.orrery.client(S3Client, { credentials });
}

const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

interface Asked {
  method?: string;
  headers?: Record<string, string>;
}

async function visit(
  Bucket: string,
  path: string,
  principal?: Principal,
  { method = 'GET', headers = {} }: Asked = {},
) {
  const request: HttpRequest = {
    method,
    url: path,
    host: `${Bucket}.s3.us-east-1.amazonaws.com`,
    headers,
    body: undefined,
    client: { ip: '127.0.0.1', port: 1, secure: true, httpVersion: '1.1' },
    signal: new AbortController().signal,
  };
  if (principal) setCaller(request, principal);
  const plane = lab.orrery.kernel.engine(hosts).find(request.host);
  return plane?.(request, startTrace(lab.orrery.kernel, 'test', 'visit'));
}

describe('permissions', () => {
  test('may depend on the tags of the object and on headers of the request', async () => {
    const Bucket = await lab.bucket('conditional');
    await lab.put(Bucket, 'open', 'x', { Tagging: 'level=public' });
    await lab.put(Bucket, 'closed', 'x', { Tagging: 'level=secret' });
    const tagged = await role(
      'tagged',
      allow('s3:GetObject', '*', { StringEquals: { 's3:ExistingObjectTag/level': 'public' } }),
    );
    await tagged.send(new GetObjectCommand({ Bucket, Key: 'open' }));
    await refuses(tagged.send(new GetObjectCommand({ Bucket, Key: 'closed' })), 'AccessDenied');
    await lab.s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: policy({
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: `arn:aws:s3:::${Bucket}/*`,
          Condition: { StringNotEquals: { 's3:x-amz-storage-class': 'STANDARD_IA' } },
        }),
      }),
    );
    await refuses(lab.put(Bucket, 'key', 'x'), 'AccessDenied', /with an explicit deny in a resource-based policy/);
    await lab.put(Bucket, 'key', 'x', { StorageClass: 'STANDARD_IA' });
  });
});

describe('the bucket policy', () => {
  test('of origin access control lets in the one distribution', async () => {
    const Bucket = await lab.bucket('behind-cloudfront');
    const sourceArn = `arn:aws:cloudfront::${account}:distribution/E1`;
    await lab.put(Bucket, 'a b.txt', 'asset');
    await lab.s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: policy({
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${Bucket}/*`,
          Condition: { StringEquals: { 'AWS:SourceArn': sourceArn } },
        }),
      }),
    );
    const edge = (arn: string) => servicePrincipal('cloudfront.amazonaws.com', account, { sourceArn: arn });
    const answer = await visit(Bucket, '/a%20b.txt', edge(sourceArn));
    assert.deepEqual([answer?.status, String(answer?.body)], [200, 'asset']);
    assert.equal((await visit(Bucket, '/a%20b.txt', edge(`${sourceArn}X`)))?.status, 403);
    assert.equal((await visit(Bucket, '/a%20b.txt'))?.status, 403);
    assert.equal((await visit(Bucket, '/a%20b.txt', edge(sourceArn), { method: 'PUT' }))?.status, 405);
    const etag = String(answer?.headers.etag);
    const again = await visit(Bucket, '/a%20b.txt', edge(sourceArn), { headers: { 'if-none-match': etag } });
    assert.deepEqual([again?.status, again?.headers.etag, again?.body], [304, etag, undefined]);
  });
});
