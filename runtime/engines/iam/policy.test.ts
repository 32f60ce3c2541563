import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conditionKeysOf } from './condition-keys.ts';
import { applies, compilePolicy } from './policy.ts';
import { createPolicyCache } from './policy-cache.ts';
import type { PolicyKind } from './policy-syntax.ts';

const keys = conditionKeysOf({ 'aws:username': 'ann', 'aws:PrincipalTag/team': 'red*' });

function fits(statement: object, action: string, resource: string, Version = '2012-10-17'): boolean {
  const kind = Version === '2012-10-17' ? 'identity' : 'resource';
  const Principal = kind === 'resource' ? { Principal: '*' } : {};
  const [compiled] = compilePolicy(
    JSON.stringify({ Version, Statement: { Effect: 'Allow', ...Principal, ...statement } }),
    kind,
  ).statements;
  assert(compiled);
  return applies(compiled, action.toLowerCase(), resource, keys);
}

describe('a statement', () => {
  it('matches actions without regard to case, with wildcards', () => {
    assert.equal(fits({ Action: 'S3:getobject', Resource: '*' }, 's3:GetObject', 'arn:aws:s3:::b/k'), true);
    assert.equal(fits({ Action: 's3:Get*', Resource: '*' }, 's3:PutObject', 'arn:aws:s3:::b/k'), false);
    assert.equal(
      fits({ Action: 'iam:*AccessKey*', Resource: '*' }, 'iam:ListAccessKeys', 'arn:aws:iam::1:user/x'),
      true,
    );
    assert.equal(fits({ Action: 's3:?etObject', Resource: '*' }, 's3:GetObject', 'arn:aws:s3:::b/k'), true);
  });

  it('takes NotAction and NotResource as everything but', () => {
    assert.equal(fits({ NotAction: 'iam:*', Resource: '*' }, 's3:GetObject', 'arn:aws:s3:::b'), true);
    assert.equal(fits({ NotAction: ['iam:*', 's3:*'], Resource: '*' }, 's3:GetObject', 'arn:aws:s3:::b'), false);
    assert.equal(fits({ Action: '*', NotResource: 'arn:aws:s3:::b' }, 's3:GetObject', 'arn:aws:s3:::c'), true);
    assert.equal(fits({ Action: '*', NotResource: 'arn:aws:s3:::b' }, 's3:GetObject', 'arn:aws:s3:::b'), false);
  });

  it('is matched soon, whatever its wildcards are', () => {
    const Resource = `arn:aws:s3:::b/${'*a'.repeat(500)}b`;
    assert.equal(fits({ Action: '*', Resource }, 's3:GetObject', `arn:aws:s3:::b/${'a'.repeat(1000)}`), false);
    const begun = `arn:aws:s3:::b/${'${'.repeat(1000)}\${${' '.repeat(3000)}`;
    assert.equal(fits({ Action: '*', Resource: begun }, 's3:GetObject', 'arn:aws:s3:::b/a'), false);
    const named = `arn:aws:s3:::b/\${aws:username}${'*a'.repeat(500)}b`;
    assert.equal(
      fits({ Action: '*', Resource: named }, 's3:GetObject', `arn:aws:s3:::b/ann${'a'.repeat(1000)}`),
      false,
    );
  });

  it('matches resources by the parts of their ARNs', () => {
    const queue = 'arn:aws:sqs:us-east-1:123456789012:orders';
    assert.equal(fits({ Action: '*', Resource: 'arn:aws:sqs:*:123456789012:ord*' }, 'sqs:SendMessage', queue), true);
    assert.equal(fits({ Action: '*', Resource: 'arn:aws:sqs:*' }, 'sqs:SendMessage', queue), true);
    assert.equal(fits({ Action: '*', Resource: 'arn:aws:sqs:*:orders' }, 'sqs:SendMessage', queue), false);
    assert.equal(
      fits({ Action: '*', Resource: 'arn:aws:s3:::b/*/test/*' }, 's3:GetObject', 'arn:aws:s3:::b/1/2/test/3/o'),
      true,
    );
    assert.equal(fits({ Action: '*', Resource: queue }, 'sqs:ListQueues', '*'), false);
  });

  it('fills variables into resources, but not before version 2012-10-17', () => {
    const home = { Action: 's3:*', Resource: `arn:aws:s3:::homes/\${aws:username}/*` };
    assert.equal(fits(home, 's3:GetObject', 'arn:aws:s3:::homes/ann/a'), true);
    assert.equal(fits(home, 's3:GetObject', 'arn:aws:s3:::homes/bob/a'), false);
    assert.equal(fits(home, 's3:GetObject', 'arn:aws:s3:::homes/ann/a', '2008-10-17'), false);
    assert.equal(
      fits(
        { Action: 's3:*', Resource: `arn:aws:s3:::b/\${aws:PrincipalTag/team}` },
        's3:GetObject',
        'arn:aws:s3:::b/redder',
      ),
      false,
    );
  });
});

describe('a document that AWS would not take', () => {
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  const document = (change: object): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, ...change } });
  const rows: [what: string, text: string, kind: PolicyKind, message: string][] = [
    ['is not JSON', '{"a"', 'identity', 'Syntax errors in policy.'],
    ['is not JSON, as a trust policy', '', 'trust', 'This policy contains invalid Json'],
    [
      'has an old version',
      JSON.stringify({ Version: '2008-10-17', Statement: statement }),
      'identity',
      'Policy document must be version 2012-10-17 or greater.',
    ],
    ['has no statement', '{"Version":"2012-10-17"}', 'identity', 'Syntax errors in policy.'],
    ['has an unknown field', document({ Bank: 1 }), 'identity', 'Syntax errors in policy.'],
    ['has no action', document({ Action: undefined }), 'identity', 'Policy statement must contain actions.'],
    ['has no resource', document({ Resource: undefined }), 'identity', 'Policy statement must contain resources.'],
    ['has Action and NotAction', document({ NotAction: 's3:*' }), 'identity', 'Syntax errors in policy.'],
    [
      'has an action without a vendor',
      document({ Action: 'GetObject' }),
      'identity',
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [
      'has an action with two colons',
      document({ Action: 's3:Get:Object' }),
      'identity',
      'Actions/Condition can contain only one colon.',
    ],
    [
      'has a resource that is no ARN',
      document({ Resource: 'bucket' }),
      'identity',
      'Resource bucket must be in ARN format or "*".',
    ],
    [
      'has a partition that is none',
      document({ Resource: 'arn:earth:s3:::b' }),
      'identity',
      'Partition "earth" is not valid for resource "arn:earth:s3:::b".',
    ],
    [
      'says whom it is for, though it is an identity’s',
      document({ Principal: '*' }),
      'identity',
      'Policy document should not specify a principal.',
    ],
    [
      'has the same Sid twice',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { ...statement, Sid: 'a' },
          { ...statement, Sid: 'a' },
        ],
      }),
      'identity',
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      'is a trust policy with a resource',
      document({ Principal: '*', Action: 'sts:AssumeRole' }),
      'trust',
      'Has prohibited field Resource',
    ],
    [
      'is a trust policy for nobody',
      document({ Action: 'sts:AssumeRole', Resource: undefined }),
      'trust',
      'Missing required field Principal',
    ],
    [
      'is a trust policy about something else',
      document({ Principal: '*', Resource: undefined }),
      'trust',
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'names a principal that cannot be',
      document({ Principal: { AWS: 'ann' } }),
      'resource',
      'Invalid principal in policy: "AWS":"ann"',
    ],
  ];
  for (const [what, text, kind, message] of rows) {
    it(`${what}: ${message}`, () =>
      assert.throws(() => compilePolicy(text, kind), { name: 'MalformedPolicy', message }));
  }
});

it('compiles a document once', () => {
  const cache = createPolicyCache();
  const text = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } });
  assert.equal(cache.compile(text, 'identity'), cache.compile(text, 'identity'));
});
