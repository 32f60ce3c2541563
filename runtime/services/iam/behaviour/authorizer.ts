import { accessKeyIds } from '../../../engines/iam/access-key-ids.ts';
import {
  decide,
  decideAtEndpoint,
  decisiveStatement,
  type Layer,
  type PermissionRequest,
} from '../../../engines/iam/decide.ts';
import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import type { Policy } from '../../../engines/iam/policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { refusalSentence } from '../../../engines/iam/refusal-sentence.ts';
import { requestKeys } from '../../../engines/iam/request-keys.ts';
import { sessions } from '../../../engines/iam/sessions.ts';
import type { Authorizer, IssuedCredentials } from '../../../kernel/authorizer.ts';
import type { Access, Context, Kernel } from '../../../kernel/service.ts';
import { expiredToken, invalidClientTokenId } from '../errors.ts';
import { accessKeyRecords, userRecords } from '../state.ts';
import { assumeRole } from './assume-role.ts';
import { type Grants, grantsOf, tagOf } from './grants.ts';
import { noteUse } from './role-last-used.ts';

/** The part of IAM that every request meets: whose key signed it, and whether its principal may. */
export function createAuthorizer(kernel: Kernel): Authorizer {
  return {
    credentials: (accessKeyId) => credentials(kernel, accessKeyId),
    refusal: (ctx, access) => refusal(ctx, access),
    assumeRole,
  };
}

function credentials(kernel: Kernel, accessKeyId: string): IssuedCredentials | undefined {
  const session = kernel.engine(sessions).get(accessKeyId);
  if (session) return session;
  const key = accessKeyRecords(kernel.store).get(accessKeyId);
  if (!key) {
    if (!kernel.engine(accessKeyIds).isOurs(accessKeyId)) return undefined;
    throw accessKeyId.startsWith('ASIA') ? expiredToken() : invalidClientTokenId();
  }
  const user = userRecords(kernel.store, key.account).get(key.UserName.toLowerCase());
  if (key.Status === 'Inactive' || !user) throw invalidClientTokenId();
  return {
    accessKeyId,
    secretAccessKey: key.SecretAccessKey,
    principal: { kind: 'user', account: key.account, arn: user.Arn, userId: user.UserId, userName: user.UserName },
  };
}

function refusal(ctx: Context, access: Access[]): string | undefined {
  const { principal } = ctx;
  let grants: Grants | undefined;
  for (const asked of access) {
    const resourceAccount = asked.resourceAccount ?? ctx.account;
    const ownRoot = principal.kind === 'root' && principal.account === resourceAccount;
    const through = ctx.origin === 'wire' ? ctx.http?.through : undefined;
    if (ownRoot && asked.resourcePolicy === undefined && !through) continue;
    const cache = ctx.engine(policyCache);
    grants ??= grantsOf(ctx.store, cache, principal);
    if (principal.kind === 'session') noteUse(ctx, principal.roleArn);
    const request: PermissionRequest = {
      principal,
      action: asked.action,
      resource: asked.resource,
      resourceAccount,
      keys: requestKeys(ctx, asked, { resourceAccount, principalTags: tagOf(grants) }),
    };
    if (through) {
      const policy = resourcePolicy(ctx, through.policy, { ...asked, resource: through.vpcEndpointId });
      const passes = decideAtEndpoint(request, policy);
      if (!passes.allowed) return refusalSentence(request, passes);
      if (ownRoot && asked.resourcePolicy === undefined) continue;
    }
    const resource = asked.resourcePolicy === undefined ? undefined : resourcePolicy(ctx, asked.resourcePolicy, asked);
    const policies = { ...grants, resource };
    const decision = decide(request, policies);
    if (ctx.events.heard('hop')) noteDecision(ctx, decisiveStatement(request, policies, decision), decision.allowed);
    if (!decision.allowed) return refusalSentence(request, decision);
  }
  return undefined;
}

/** What a trace shows of it; of several permissions the last, which is the one that refused where one did. */
function noteDecision(ctx: Context, by: ReturnType<typeof decisiveStatement>, allowed: boolean): void {
  const verdict = allowed ? 'allowed' : 'denied';
  const statement = by && `by statement ${by.sid ?? by.number} of ${policyNames[by.layer]}`;
  ctx.trace.note('decision', statement ? `${verdict} ${statement}` : allowed ? verdict : 'no statement allows it');
}

const policyNames: Record<Layer, string> = {
  identity: "the caller's policies",
  resource: "the resource's policy",
  boundary: 'the permissions boundary',
  session: 'the session policies',
  endpoint: "the VPC endpoint's policy",
};

/** A service must not have kept a policy that does not read. One that did grants nothing, and the bug is told. */
function resourcePolicy(ctx: Context, text: string, { resource }: Access): Policy {
  try {
    return ctx.engine(policyCache).compile(text, 'resource');
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    const message = `the policy of ${resource} does not read: ${error.message}`;
    ctx.events.emit('problem', { timeMs: ctx.clock.now(), where: 'iam.authorize', message });
    return { statements: [] };
  }
}
