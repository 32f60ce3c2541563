import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Principal,
  rootOf,
  type SessionPrincipal,
  servicePrincipal,
  type UserPrincipal,
} from '../../kernel/principal.ts';
import { conditionKeysOf } from './condition-keys.ts';
import { type ApplicablePolicies, decide, type PermissionRequest } from './decide.ts';
import { compilePolicy } from './policy.ts';
import { refusalSentence } from './refusal-sentence.ts';

const account = '111122223333';
const bucket = 'arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar-logs';

const carlos: UserPrincipal = {
  kind: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/carlossalazar`,
  userId: 'AIDACKCEVSQ6C2EXAMPLE',
  userName: 'carlossalazar',
};
const session: SessionPrincipal = {
  kind: 'session',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/examplerole/examplerolesession`,
  roleArn: `arn:aws:iam::${account}:role/examplerole`,
  roleId: 'AROAEXAMPLE',
  sessionName: 'examplerolesession',
};
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

const identity = (...statements: object[]) =>
  compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
const resource = (...statements: object[]) =>
  compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource');
const trust = (...statements: object[]) =>
  compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'trust');
const allowTo = (Principal: unknown) => resource({ Effect: 'Allow', Principal, Action: 's3:*', Resource: '*' });

function ask(principal: Principal, change: Partial<PermissionRequest> = {}): PermissionRequest {
  return {
    principal,
    action: 's3:PutObject',
    resource: `${bucket}/a.log`,
    resourceAccount: account,
    keys: conditionKeysOf({}),
    ...change,
  };
}

function verdict(request: PermissionRequest, policies: ApplicablePolicies): string {
  const decision = decide(request, policies);
  if (decision.allowed) return 'allowed';
  return `${decision.explicit ? 'explicit' : 'implicit'} deny: ${decision.layer}`;
}

describe('a decision within one account', () => {
  // The example of "Policy evaluation for requests within a single account" (IAM User Guide).
  const carlosPolicy = identity(
    {
      Sid: 'AllowS3ListRead',
      Effect: 'Allow',
      Action: ['s3:GetBucketLocation', 's3:ListAllMyBuckets'],
      Resource: 'arn:aws:s3:::*',
    },
    {
      Sid: 'AllowS3Self',
      Effect: 'Allow',
      Action: ['s3:*'],
      Resource: ['arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/*'],
    },
    { Sid: 'DenyS3Logs', Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::*log*' },
  );

  it('lets an explicit deny of the identity policy win over the bucket that allows', () => {
    const bucketPolicy = allowTo({ AWS: carlos.arn });
    assert.equal(verdict(ask(carlos), { identity: [carlosPolicy], resource: bucketPolicy }), 'explicit deny: identity');
  });

  it('needs one allow, in the identity policy or in the resource policy', () => {
    const other = ask(carlos, { resource: 'arn:aws:s3:::amzn-s3-demo-bucket-production/x' });
    assert.equal(verdict(other, { identity: [carlosPolicy] }), 'implicit deny: identity');
    assert.equal(verdict(other, { identity: [carlosPolicy], resource: allowTo({ AWS: carlos.arn }) }), 'allowed');
    assert.equal(
      verdict(ask(carlos), { identity: [identity(everything)], resource: allowTo({ Service: 'sns.amazonaws.com' }) }),
      'allowed',
    );
  });

  it('leaves the decision to identity policies where the resource policy names the account only', () => {
    const policies = { resource: allowTo({ AWS: account }) };
    assert.equal(verdict(ask(carlos), { ...policies, identity: [] }), 'implicit deny: identity');
    assert.equal(verdict(ask(carlos), { ...policies, identity: [identity(everything)] }), 'allowed');
  });

  it('limits identity policies by boundary and session policies, in AWS terms', () => {
    const readOnly = identity({ Effect: 'Allow', Action: 's3:Get*', Resource: '*' });
    const all = [identity(everything)];
    assert.equal(verdict(ask(session), { identity: all, boundary: readOnly }), 'implicit deny: boundary');
    assert.equal(verdict(ask(session), { identity: all, session: [readOnly] }), 'implicit deny: session');
    assert.equal(
      verdict(ask(session, { action: 's3:GetObject' }), { identity: all, boundary: readOnly, session: [readOnly] }),
      'allowed',
    );
  });

  it('limits a grant to the role by boundary and session, but not one to the session itself', () => {
    const boundary = identity({ Effect: 'Allow', Action: 'ec2:*', Resource: '*' });
    const toRole = allowTo({ AWS: session.roleArn });
    const toSession = allowTo({ AWS: session.arn });
    assert.equal(verdict(ask(session), { identity: [], resource: toRole }), 'allowed');
    assert.equal(verdict(ask(session), { identity: [], resource: toRole, boundary }), 'implicit deny: boundary');
    assert.equal(
      verdict(ask(session), { identity: [], resource: toRole, session: [boundary] }),
      'implicit deny: session',
    );
    assert.equal(
      verdict(ask(session), { identity: [], resource: toSession, boundary, session: [boundary] }),
      'allowed',
    );
  });

  it('always lets root, but for an explicit deny of the resource policy', () => {
    const root = rootOf(account);
    assert.equal(verdict(ask(root), { identity: [] }), 'allowed');
    const deny = resource({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' });
    assert.equal(verdict(ask(root), { identity: [], resource: deny }), 'explicit deny: resource');
  });

  it('asks a KMS key policy to name at least the account', () => {
    const request = ask(carlos, { action: 'kms:Decrypt', resource: `arn:aws:kms:us-east-1:${account}:key/1` });
    const key = (Principal: unknown) => resource({ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' });
    const all = [identity(everything)];
    assert.equal(
      verdict(request, { identity: all, resource: key({ AWS: '444455556666' }) }),
      'implicit deny: resource',
    );
    assert.equal(verdict(request, { identity: all, resource: key({ AWS: account }) }), 'allowed');
  });
});

describe('a decision across accounts', () => {
  const request = ask(carlos, { resourceAccount: '444455556666' });
  it('needs both sides', () => {
    const all = [identity(everything)];
    assert.equal(verdict(request, { identity: all }), 'implicit deny: resource');
    assert.equal(verdict(request, { identity: [], resource: allowTo({ AWS: carlos.arn }) }), 'implicit deny: identity');
    assert.equal(verdict(request, { identity: all, resource: allowTo({ AWS: carlos.arn }) }), 'allowed');
    assert.equal(verdict(request, { identity: all, resource: allowTo({ AWS: account }) }), 'allowed');
  });
});

describe('callers without identity policies', () => {
  const cloudfront = servicePrincipal('cloudfront.amazonaws.com', account, {
    sourceArn: 'arn:aws:cloudfront::111122223333:distribution/E1',
  });
  it('are let in by the resource policy only', () => {
    assert.equal(verdict(ask(cloudfront), { identity: [] }), 'implicit deny: resource');
    assert.equal(
      verdict(ask(cloudfront), { identity: [], resource: allowTo({ Service: 'cloudfront.amazonaws.com' }) }),
      'allowed',
    );
    assert.equal(
      verdict(ask({ kind: 'anonymous' }), { identity: [], resource: allowTo({ AWS: account }) }),
      'implicit deny: resource',
    );
    assert.equal(verdict(ask({ kind: 'anonymous' }), { identity: [], resource: allowTo('*') }), 'allowed');
    assert.equal(verdict(ask({ kind: 'anonymous' }), { identity: [], resource: allowTo({ AWS: '*' }) }), 'allowed');
  });

  it('are held to aws:SourceArn', () => {
    const policy = resource({
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: `${bucket}/*`,
      Condition: { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/E1' } },
    });
    const get = (arn: string) =>
      ask(cloudfront, { action: 's3:GetObject', keys: conditionKeysOf({ 'aws:SourceArn': arn }) });
    assert.equal(
      verdict(get('arn:aws:cloudfront::111122223333:distribution/E1'), { identity: [], resource: policy }),
      'allowed',
    );
    assert.equal(
      verdict(get('arn:aws:cloudfront::111122223333:distribution/E2'), { identity: [], resource: policy }),
      'implicit deny: resource',
    );
  });

  it('include CloudFront’s origin access identities, by ARN or canonical user', () => {
    const arn = 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1';
    const identityOfE1: Principal = {
      kind: 'user',
      account: 'cloudfront',
      arn,
      userId: 'canonical-e1',
      userName: 'E1',
    };
    const byArn = allowTo({ AWS: arn });
    const byCanonicalUser = allowTo({ CanonicalUser: 'canonical-e1' });
    assert.equal(verdict(ask(identityOfE1), { identity: [] }), 'implicit deny: resource');
    assert.equal(verdict(ask(identityOfE1), { identity: [], resource: byArn }), 'allowed');
    assert.equal(verdict(ask(identityOfE1), { identity: [], resource: byCanonicalUser }), 'allowed');
  });

  it('need nothing when they act through their service-linked role', () => {
    assert.equal(
      verdict(ask(servicePrincipal('x.amazonaws.com', account, { serviceLinked: true })), { identity: [] }),
      'allowed',
    );
  });
});

describe('a trust policy', () => {
  const request = ask(carlos, { action: 'sts:AssumeRole', resource: session.roleArn });
  const all = [identity(everything)];
  const to = (Principal: unknown) => trust({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  it('must grant the caller, or its account besides the caller’s own policy', () => {
    assert.equal(
      verdict(request, { identity: all, resource: to({ Service: 'lambda.amazonaws.com' }) }),
      'implicit deny: resource',
    );
    assert.equal(verdict(request, { identity: [], resource: to({ AWS: account }) }), 'implicit deny: identity');
    assert.equal(verdict(request, { identity: all, resource: to({ AWS: account }) }), 'allowed');
    assert.equal(verdict(request, { identity: [], resource: to({ AWS: carlos.arn }) }), 'allowed');
  });
});

describe('NotPrincipal', () => {
  it('denies everyone but those it names', () => {
    const policy = resource({
      Effect: 'Deny',
      NotPrincipal: { AWS: [carlos.arn, `arn:aws:iam::${account}:root`] },
      Action: 's3:*',
      Resource: '*',
    });
    const all = [identity(everything)];
    assert.equal(verdict(ask(carlos), { identity: all, resource: policy }), 'allowed');
    assert.equal(verdict(ask(session), { identity: all, resource: policy }), 'explicit deny: resource');
  });
});

describe('a refusal', () => {
  const sentence = (request: PermissionRequest, policies: ApplicablePolicies): string => {
    const decision = decide(request, policies);
    assert(!decision.allowed);
    return refusalSentence(request, decision);
  };
  // "Troubleshoot access denied error messages", IAM User Guide.
  it('is said in AWS’s words', () => {
    const start = `User: ${carlos.arn} is not authorized to perform: s3:PutObject on resource: ${bucket}/a.log`;
    const all = [identity(everything)];
    const deny = identity({ Effect: 'Deny', Action: 's3:*', Resource: '*' });
    const denyAll = resource({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' });
    const none = identity({ Effect: 'Allow', Action: 'ec2:*', Resource: '*' });
    assert.equal(
      sentence(ask(carlos), { identity: [] }),
      `${start} because no identity-based policy allows the s3:PutObject action`,
    );
    assert.equal(
      sentence(ask(carlos), { identity: [deny] }),
      `${start} with an explicit deny in an identity-based policy`,
    );
    assert.equal(
      sentence(ask(carlos), { identity: all, resource: denyAll }),
      `${start} with an explicit deny in a resource-based policy`,
    );
    assert.equal(
      sentence(ask(carlos), { identity: all, boundary: none }),
      `${start} because no permissions boundary allows the s3:PutObject action`,
    );
    assert.equal(
      sentence(ask(carlos), { identity: all, boundary: deny }),
      `${start} with an explicit deny in a permissions boundary`,
    );
    assert.equal(
      sentence(ask(carlos), { identity: all, session: [none] }),
      `${start} because no session policy allows the s3:PutObject action`,
    );
    assert.equal(
      sentence(ask(carlos, { resourceAccount: '444455556666' }), { identity: all }),
      `${start} because no resource-based policy allows the s3:PutObject action`,
    );
  });
});

describe('properties of every decision', () => {
  const action = fc.constantFrom('s3:*', 's3:Put*', 's3:PutObject', 's3:GetObject', '*', 'ec2:*');
  const target = fc.constantFrom('*', `${bucket}/*`, `${bucket}/a.log`, 'arn:aws:s3:::other/*');
  const statement = fc.record({ Effect: fc.constantFrom('Allow', 'Deny'), Action: action, Resource: target });
  const own = fc.array(statement, { minLength: 1, maxLength: 4 }).map((statements) => identity(...statements));
  const principalElement = fc.constantFrom<unknown>(
    '*',
    { AWS: account },
    { AWS: carlos.arn },
    { AWS: session.roleArn },
    { AWS: session.arn },
  );
  const ofResource = fc
    .array(fc.tuple(statement, principalElement), { minLength: 1, maxLength: 4 })
    .map((pairs) => resource(...pairs.map(([text, Principal]) => ({ ...text, Principal }))));
  const policies = fc.record({
    identity: fc.array(own, { maxLength: 2 }),
    resource: fc.option(ofResource, { nil: undefined }),
    boundary: fc.option(own, { nil: undefined }),
    session: fc.option(fc.array(own, { maxLength: 2 }), { nil: undefined }),
  });
  const who = fc.constantFrom<Principal>(carlos, session, rootOf(account), { kind: 'anonymous' });
  const where = fc.constantFrom(account, '444455556666');
  const denyAll = { Effect: 'Deny', Action: '*', Resource: '*' };

  it('an explicit deny wins wherever it stands', () => {
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom(carlos, session),
        where,
        fc.constantFrom('identity', 'boundary', 'session', 'resource'),
        (given, principal, resourceAccount, layer) => {
          const denying: ApplicablePolicies = {
            identity: layer === 'identity' ? [...given.identity, identity(denyAll)] : given.identity,
            boundary: layer === 'boundary' ? identity(everything, denyAll) : given.boundary,
            session: layer === 'session' ? [...(given.session ?? []), identity(denyAll)] : given.session,
            resource:
              layer === 'resource'
                ? resource({ ...everything, Principal: '*' }, { ...denyAll, Principal: '*' })
                : given.resource,
          };
          assert.equal(decide(ask(principal, { resourceAccount }), denying).allowed, false);
        },
      ),
    );
  });

  it('adding a deny never grants', () => {
    fc.assert(
      fc.property(policies, statement, who, where, (given, extra, principal, resourceAccount) => {
        const request = ask(principal, { resourceAccount });
        const more = { ...given, identity: [...given.identity, identity({ ...extra, Effect: 'Deny' })] };
        if (decide(request, more).allowed) assert.equal(decide(request, given).allowed, true);
      }),
    );
  });

  it('a boundary or session policy never grants', () => {
    fc.assert(
      fc.property(policies, own, who, where, (given, extra, principal, resourceAccount) => {
        const request = ask(principal, { resourceAccount });
        const free = { identity: given.identity, resource: given.resource };
        if (decide(request, { ...free, boundary: extra }).allowed) assert.equal(decide(request, free).allowed, true);
        if (decide(request, { ...free, session: [extra] }).allowed) assert.equal(decide(request, free).allowed, true);
      }),
    );
  });
});
