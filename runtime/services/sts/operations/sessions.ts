import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  GetAccessKeyInfoCommandInput,
  GetFederationTokenCommandInput,
  GetFederationTokenCommandOutput,
  GetSessionTokenCommandInput,
  GetSessionTokenCommandOutput,
  Tag,
} from '@aws-sdk/client-sts';
import { federatedUser } from '../../../engines/iam/federated-user.ts';
import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { sessions } from '../../../engines/iam/sessions.ts';
import { type Authorizer, authorization, type IssuedCredentials } from '../../../kernel/authorizer.ts';
import type { Context } from '../../../kernel/service.ts';
import { accessDenied, malformedPolicyDocument, packedPolicyTooLarge, validationError } from '../errors.ts';

type Answer<T> = Omit<T, '$metadata'>;

/** Whether the caller may is the trust policy's and the caller's policies' to say, which the authorizer reads together. */
export function AssumeRole(ctx: Context, input: AssumeRoleCommandInput): Answer<AssumeRoleCommandOutput> {
  const { RoleArn = '', RoleSessionName = '', ExternalId, DurationSeconds } = input;
  if (!/^arn:[\w-]+:iam::\d{12}:role\/.+/.test(RoleArn))
    throw validationError(RoleArn, 'roleArn', `${RoleArn} is invalid`);
  checkSessionName(RoleSessionName, 'roleSessionName', 64);
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

/** "No permissions are required for users to perform this operation"; sessions cannot make sessions this way. */
export function GetSessionToken(
  ctx: Context,
  { DurationSeconds }: GetSessionTokenCommandInput,
): Answer<GetSessionTokenCommandOutput> {
  const { principal } = ctx;
  checkLongTerm(ctx, 'GetSessionToken');
  // Root's last an hour at most; a longer wish is shortened to it ("GetSessionToken", AWS STS API Reference).
  const most = principal.kind === 'root' ? 3600 : 129_600;
  if (DurationSeconds !== undefined) checkRange(DurationSeconds, 900, 129_600);
  const session = ctx.engine(sessions).issue(principal, Math.min(DurationSeconds ?? 43_200, most));
  return { Credentials: credentialsOf(session) };
}

export function GetFederationToken(
  ctx: Context,
  input: GetFederationTokenCommandInput,
): Answer<GetFederationTokenCommandOutput> {
  const { Name = '', DurationSeconds } = input;
  const { principal } = ctx;
  checkLongTerm(ctx, 'GetFederationToken');
  if (principal.kind !== 'user')
    throw accessDenied('GetFederationToken is refused for the root user: call it as an IAM user.');
  checkSessionName(Name, 'name', 32);
  if (DurationSeconds !== undefined) checkRange(DurationSeconds, 900, 129_600);
  const policies = sessionPoliciesOf(ctx, input);
  const federated = federatedUser(principal, Name, policies);
  const session = ctx.engine(sessions).issue(federated, DurationSeconds ?? 43_200);
  return {
    Credentials: credentialsOf(session),
    FederatedUser: { FederatedUserId: federated.userId, Arn: federated.arn },
    ...(policies.length > 0 ? { PackedPolicySize: packedSize(policies) } : {}),
  };
}

/** A key that is not of this cloud counts as the account's that its requests would run in. */
export function GetAccessKeyInfo(
  ctx: Context,
  { AccessKeyId = '' }: GetAccessKeyInfoCommandInput,
): { Account: string } {
  const principal = authorizerOf(ctx).credentials(AccessKeyId)?.principal;
  return { Account: principal && 'account' in principal ? principal.account : ctx.account };
}

function checkLongTerm(ctx: Context, operation: string): void {
  const { principal, http } = ctx;
  const temporary = principal.kind === 'session' || http?.headers['x-amz-security-token'] !== undefined;
  if (!temporary && (principal.kind === 'user' || principal.kind === 'root')) return;
  throw accessDenied(`Cannot call ${operation} with session credentials`);
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

function checkSessionName(name: string, member: string, maxLength: number): void {
  if (name.length < 2) throw validationError(name, member, 'Member must have length greater than or equal to 2');
  if (name.length > maxLength)
    throw validationError(name, member, `Member must have length less than or equal to ${maxLength}`);
  if (!/^[\w+=,.@-]*$/.test(name)) {
    throw validationError(name, member, 'Member must satisfy regular expression pattern: [\\w+=,.@-]*');
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
