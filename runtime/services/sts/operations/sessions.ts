import type { AssumeRoleCommandInput, AssumeRoleCommandOutput, Tag } from '@aws-sdk/client-sts';
import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { type Authorizer, authorization, type IssuedCredentials } from '../../../kernel/authorizer.ts';
import type { Context } from '../../../kernel/service.ts';
import { malformedPolicyDocument, packedPolicyTooLarge, validationError } from '../errors.ts';

type Answer<T> = Omit<T, '$metadata'>;

/** Whether the caller may is the trust policy's and the caller's policies' to say, which the authorizer reads together. */
export function AssumeRole(ctx: Context, input: AssumeRoleCommandInput): Answer<AssumeRoleCommandOutput> {
  const { RoleArn = '', RoleSessionName = '', ExternalId, DurationSeconds } = input;
  if (!/^arn:[\w-]+:iam::\d{12}:role\/.+/.test(RoleArn))
    throw validationError(RoleArn, 'roleArn', `${RoleArn} is invalid`);
  checkSessionName(RoleSessionName);
  if (DurationSeconds !== undefined) checkRange(DurationSeconds, 900, 43_200);
  const policies = sessionPoliciesOf(ctx, input);
  const session = authorizerOf(ctx).assumeRole(ctx, {
    roleArn: RoleArn,
    sessionName: RoleSessionName,
    sessionTags: tagsOf(input.Tags),
    ...(policies.length > 0 ? { sessionPolicies: policies } : {}),
    ...(ExternalId === undefined ? {} : { externalId: ExternalId }),
    ...(DurationSeconds === undefined ? {} : { durationSeconds: DurationSeconds }),
  });
  const { roleId, sessionName, arn } = session.principal;
  return {
    Credentials: credentialsOf(session),
    AssumedRoleUser: { AssumedRoleId: `${roleId}:${sessionName}`, Arn: arn },
    ...(policies.length > 0 ? { PackedPolicySize: packedSize(policies) } : {}),
  };
}

function authorizerOf(ctx: Context): Authorizer {
  const { current } = ctx.engine(authorization);
  if (!current) throw new Error('no authorizer is in place: the iam service has not started');
  return current;
}

function credentialsOf(issued: IssuedCredentials): NonNullable<AssumeRoleCommandOutput['Credentials']> {
  return {
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    SessionToken: issued.sessionToken,
    Expiration: new Date(issued.expiresMs ?? 0),
  };
}

/** The inline policy's text and the ARNs of managed ones; together they narrow the session. */
function sessionPoliciesOf(ctx: Context, input: Pick<AssumeRoleCommandInput, 'Policy' | 'PolicyArns'>): string[] {
  const policies = (input.PolicyArns ?? []).map(({ arn = '' }) => arn);
  if (policies.length > 10) {
    throw validationError(String(policies.length), 'policyArns', 'Member must have length less than or equal to 10');
  }
  if (input.Policy === undefined) return policies;
  try {
    ctx.engine(policyCache).compile(input.Policy, 'identity');
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicyDocument(error.message) : error;
  }
  if (input.Policy.length > 2048) throw packedPolicyTooLarge();
  return [input.Policy, ...policies];
}

/** Percent of the room that policies and tags have in the token. */
function packedSize(policies: string[]): number {
  return Math.max(1, Math.ceil((policies.join('').length / 2048) * 50));
}

function tagsOf(tags: Tag[] | undefined): Record<string, string> {
  if ((tags?.length ?? 0) > 50)
    throw validationError(String(tags?.length), 'tags', 'Member must have length less than or equal to 50');
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

function checkSessionName(name: string): void {
  if (name.length < 2)
    throw validationError(name, 'roleSessionName', 'Member must have length greater than or equal to 2');
  if (name.length > 64)
    throw validationError(name, 'roleSessionName', 'Member must have length less than or equal to 64');
  if (!/^[\w+=,.@-]*$/.test(name)) {
    throw validationError(name, 'roleSessionName', 'Member must satisfy regular expression pattern: [\\w+=,.@-]*');
  }
}

function checkRange(seconds: number, least: number, most: number): void {
  if (seconds < least) {
    throw validationError(
      String(seconds),
      'durationSeconds',
      `Member must have value greater than or equal to ${least}`,
    );
  }
  if (seconds > most)
    throw validationError(String(seconds), 'durationSeconds', `Member must have value less than or equal to ${most}`);
}
