import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import { type Authorizer, authorization } from '../../../kernel/authorizer.ts';
import { type Principal, rootOf, servicePrincipal } from '../../../kernel/principal.ts';
import type { Access, Context } from '../../../kernel/service.ts';
import { account, allow, trust } from '../policy-documents.fixture.ts';

const queue = `arn:aws:sqs:us-east-1:${account}:orders`;
const topic = `arn:aws:sns:us-east-1:${account}:placed`;
const functionArn = `arn:aws:lambda:us-east-1:${account}:function:handler`;
const lambda = servicePrincipal('lambda.amazonaws.com', account, { sourceArn: functionArn });

let orrery: Orrery;
let ctx: Context;
let authorizer: Authorizer;

before(async () => {
  orrery = await startOrrery({ services: ['iam'] });
  ctx = orrery.context();
  const { current } = ctx.engine(authorization);
  assert(current);
  authorizer = current;
});
after(() => orrery.stop());

function queuePolicy(statement: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Action: 'sqs:SendMessage', Resource: queue, ...statement }],
  });
}

function refusal(principal: Principal, change: Partial<Access> = {}): string | undefined {
  return authorizer.refusal(ctx.as({ principal }), [{ action: 'sqs:SendMessage', resource: queue, ...change }]);
}

async function sessionOf(
  RoleName: string,
  may: string,
  Principal: unknown = { Service: 'lambda.amazonaws.com' },
): Promise<Principal> {
  await ctx.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: trust(Principal) });
  await ctx.call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'may', PolicyDocument: may });
  const roleArn = `arn:aws:iam::${account}:role/${RoleName}`;
  return authorizer.assumeRole(ctx, { roleArn, sessionName: 'handler', by: lambda }).principal;
}

describe('a workload', () => {
  it('may what its role may, until the policy is taken away and as soon as it is back', async () => {
    const session = await sessionOf('sender', allow('sqs:SendMessage', queue));
    assert.equal(refusal(session), undefined);
    assert.equal(
      refusal(session, { action: 'sqs:ReceiveMessage' }),
      `User: arn:aws:sts::${account}:assumed-role/sender/handler is not authorized to perform: sqs:ReceiveMessage on resource: ${queue} because no identity-based policy allows the sqs:ReceiveMessage action`,
    );
    await ctx.call('iam', 'DeleteRolePolicy', { RoleName: 'sender', PolicyName: 'may' });
    assert.match(refusal(session) ?? '', /because no identity-based policy allows/);
    const PolicyDocument = allow('sqs:*', queue);
    await ctx.call('iam', 'PutRolePolicy', { RoleName: 'sender', PolicyName: 'may', PolicyDocument });
    assert.equal(refusal(session), undefined);
  });

  it('needs every permission that is asked for', async () => {
    const session = await sessionOf('partial', allow('sqs:SendMessage', queue));
    const both = [
      { action: 'sqs:SendMessage', resource: queue },
      { action: 'iam:PassRole', resource: '*' },
    ];
    assert.match(authorizer.refusal(ctx.as({ principal: session }), both) ?? '', /iam:PassRole/);
  });

  it('has no role whose trust policy does not trust its service', async () => {
    await assert.rejects(sessionOf('trusts-ecs', allow('*'), { Service: 'ecs-tasks.amazonaws.com' }), {
      code: 'AccessDenied',
      message: `User: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/trusts-ecs because no role trust policy allows the sts:AssumeRole action`,
    });
  });

  it('is known to its role’s trust policy by the ARN it works for', async () => {
    const roleOf = async (RoleName: string, arn: string) => {
      const AssumeRolePolicyDocument = trust(
        { Service: 'lambda.amazonaws.com' },
        { ArnEquals: { 'aws:SourceArn': arn } },
      );
      await ctx.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument });
      const roleArn = `arn:aws:iam::${account}:role/${RoleName}`;
      return authorizer.assumeRole(ctx, { roleArn, sessionName: 's1', by: lambda });
    };
    await roleOf('for-this', functionArn);
    await assert.rejects(roleOf('for-another', `${functionArn}2`), { code: 'AccessDenied' });
  });
});

describe('a resource policy', () => {
  it('lets a service in for the source it names only', () => {
    const resourcePolicy = queuePolicy({
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': topic } },
    });
    const sns = (sourceArn: string) => servicePrincipal('sns.amazonaws.com', account, { sourceArn });
    assert.equal(refusal(sns(topic), { resourcePolicy }), undefined);
    assert.equal(
      refusal(sns(`${topic}2`), { resourcePolicy }),
      `User: sns.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${queue} because no resource-based policy allows the sqs:SendMessage action`,
    );
  });

  it('holds for root only where it denies', () => {
    const root = rootOf(account);
    assert.equal(refusal(root), undefined);
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const secureOnly = queuePolicy({ Effect: 'Deny', Principal: '*', Condition });
    assert.equal(refusal(root, { resourcePolicy: secureOnly }), undefined);
    const closed = queuePolicy({ Effect: 'Deny', Principal: '*' });
    assert.match(refusal(root, { resourcePolicy: closed }) ?? '', /with an explicit deny in a resource-based policy$/);
  });

  it('must let another account’s root in', () => {
    const stranger = rootOf('444455556666');
    const resourcePolicy = queuePolicy({ Effect: 'Allow', Principal: { AWS: '444455556666' } });
    assert.equal(refusal(stranger, { resourceAccount: account, resourcePolicy }), undefined);
    assert.match(refusal(stranger, { resourceAccount: account }) ?? '', /because no resource-based policy allows/);
  });

  it('grants nothing when it does not read, and that is told as our bug', async () => {
    const own = await startOrrery({ services: ['iam'] });
    const anonymous = own.context({ principal: { kind: 'anonymous' } });
    const asked = [{ action: 'sqs:SendMessage', resource: queue, resourcePolicy: '{' }];
    const refused = anonymous.engine(authorization).current?.refusal(anonymous, asked);
    assert.match(refused ?? '', /^User: anonymous is not authorized/);
    await assert.rejects(own.stop(), /the policy of arn:aws:sqs:.* does not read: This policy contains invalid Json/);
  });
});
