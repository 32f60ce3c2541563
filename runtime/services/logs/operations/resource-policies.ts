import type {
  DeleteResourcePolicyCommandInput,
  DescribeResourcePoliciesCommandInput,
  PutResourcePolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../../kernel/service.ts';
import { mergedPolicies, type ResourcePolicy, resourcePolicies } from '../behaviour/resource-policies.ts';
import { constraintViolation, invalidParameter, limitExceeded, policyNotFound } from '../errors.ts';
import { checkLimit, pageOf } from '../state.ts';

/** "PutResourcePolicy": ten per region of an account, of 5,120 characters each. */
const mostPolicies = 10;
const mostCharacters = 5120;

export function PutResourcePolicy(ctx: Context, input: PutResourcePolicyCommandInput) {
  const { policyName, policyDocument = '' } = input;
  if (!policyName) throw invalidParameter('Policy name must be specified.');
  checkDocument(policyDocument);
  const collection = resourcePolicies(ctx, ctx);
  if (!collection.has(policyName) && collection.size >= mostPolicies) throw limitExceeded();
  const policy: ResourcePolicy = {
    policyName,
    policyDocument,
    lastUpdatedTime: ctx.clock.now(),
    policyScope: 'ACCOUNT',
  };
  collection.put(policyName, policy);
  ctx.engine(mergedPolicies).changed(ctx);
  return { resourcePolicy: policy };
}

export function DeleteResourcePolicy(ctx: Context, input: DeleteResourcePolicyCommandInput) {
  if (!resourcePolicies(ctx, ctx).delete(input.policyName ?? '')) throw policyNotFound();
  ctx.engine(mergedPolicies).changed(ctx);
  return {};
}

export function DescribeResourcePolicies(ctx: Context, input: DescribeResourcePoliciesCommandInput) {
  const found = input.policyScope === 'RESOURCE' ? [] : resourcePolicies(ctx, ctx).values();
  const page = pageOf(found, (policy) => policy.policyName, {
    limit: checkLimit(input.limit, 1000),
    nextToken: input.nextToken,
  });
  return { resourcePolicies: page.items, nextToken: page.nextToken };
}

function checkDocument(text: string): void {
  if (text.length < 1 || text.length > mostCharacters)
    throw constraintViolation(text, 'policyDocument', `Member must have length between 1 and ${mostCharacters}`);
  let statements: unknown;
  try {
    statements = (JSON.parse(text) as { Statement?: unknown } | null)?.Statement;
  } catch {
    throw invalidParameter('The policy document is not valid JSON.');
  }
  if (typeof statements !== 'object' || statements === null)
    throw invalidParameter('The policy document must have a Statement.');
  for (const statement of Array.isArray(statements)
    ? (statements as Record<string, unknown>[])
    : [statements as Record<string, unknown>]) {
    const complete = ['Effect', 'Principal', 'Action', 'Resource'].every((member) => Object.hasOwn(statement, member));
    if (!complete)
      throw invalidParameter('Every statement of the policy must have Effect, Principal, Action and Resource.');
  }
}
