import { decide } from '../../../engines/iam/decide.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { refusalSentence } from '../../../engines/iam/refusal-sentence.ts';
import { requestKeys } from '../../../engines/iam/request-keys.ts';
import { sessions } from '../../../engines/iam/sessions.ts';
import { formatArn, parseArn } from '../../../kernel/arn.ts';
import type { AssumeRole, Authorizer } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Principal, SessionPrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { malformedPolicyDocument } from '../errors.ts';
import { type RoleRecord, roleRecords } from '../state.ts';
import { grantsOf, tagOf } from './grants.ts';
import { documentOf } from './managed-documents.ts';

const HOUR_SECONDS = 3600;

/** A session of a role for whom its trust policy lets ("AssumeRole", AWS STS API Reference). */
export const assumeRole: Authorizer['assumeRole'] = (ctx, request) => {
  const by = request.by ?? ctx.principal;
  const account = parseArn(request.roleArn)?.account ?? '';
  const role = roleRecords(ctx.store, account).get(
    request.roleArn.slice(request.roleArn.lastIndexOf('/') + 1).toLowerCase(),
  );
  if (!role || role.Arn !== request.roleArn) throw accessDenied(sentenceFor(by, request.roleArn));
  const tagged = Object.keys(request.sessionTags ?? {}).length > 0;
  for (const action of tagged ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'])
    checkTrust(ctx, { by, action, role, account, request });
  checkDuration(by, role, request.durationSeconds);
  for (const policy of request.sessionPolicies ?? []) {
    if (policy.startsWith('arn:') && documentOf(ctx.store, account, policy) === undefined) {
      throw malformedPolicyDocument(`The session policy ${policy} does not exist.`);
    }
  }
  const principal: SessionPrincipal = {
    kind: 'session',
    account,
    arn: formatArn('sts', '', account, `assumed-role/${role.RoleName}/${request.sessionName}`),
    roleArn: role.Arn,
    roleId: role.RoleId,
    sessionName: request.sessionName,
    ...(request.sessionPolicies?.length ? { sessionPolicies: request.sessionPolicies } : {}),
    ...(tagged ? { sessionTags: request.sessionTags } : {}),
    ...(by.kind === 'service' ? { sourceService: by.service } : {}),
  };
  return ctx.engine(sessions).issue(principal, request.durationSeconds ?? HOUR_SECONDS, request.lives);
};

interface Attempt {
  by: Principal;
  action: string;
  role: RoleRecord;
  account: string;
  request: AssumeRole;
}

/**
 * The root user is let in where the trust policy names its account, which AWS itself refuses: here root stands for the
 * administrator whose keys a person would have configured.
 */
function checkTrust(ctx: Context, { by, action, role, account, request }: Attempt): void {
  const cache = ctx.engine(policyCache);
  const grants = grantsOf(ctx.store, cache, by);
  const tags = Object.entries(request.sessionTags ?? {});
  const conditions: Record<string, string | string[]> = {
    'sts:RoleSessionName': request.sessionName,
    ...(request.externalId === undefined ? {} : { 'sts:ExternalId': request.externalId }),
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(([key]) => key) } : {}),
    ...Object.fromEntries(
      role.Tags.flatMap(({ Key, Value }) => [
        [`aws:ResourceTag/${Key}`, Value],
        [`iam:ResourceTag/${Key}`, Value],
      ]),
    ),
  };
  const access = { action, resource: role.Arn, conditions };
  const keys = requestKeys(ctx.as({ principal: by }), access, {
    resourceAccount: account,
    principalTags: tagOf(grants),
  });
  const asked = { principal: by, action, resource: role.Arn, resourceAccount: account, keys };
  const decision = decide(asked, { ...grants, resource: cache.compile(role.AssumeRolePolicyDocument, 'trust') });
  if (!decision.allowed) throw accessDenied(refusalSentence(asked, decision));
}

/** "Role chaining limits your AWS CLI or AWS API role session to a maximum of one hour" ("Roles terms and concepts"). */
function checkDuration(by: Principal, role: RoleRecord, durationSeconds: number | undefined): void {
  if (durationSeconds === undefined || by.kind === 'service') return;
  if (by.kind === 'session' && durationSeconds > HOUR_SECONDS) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (durationSeconds > role.MaxSessionDuration) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}

function sentenceFor(by: Principal, roleArn: string): string {
  const request = {
    principal: by,
    action: 'sts:AssumeRole',
    resource: roleArn,
    resourceAccount: '',
    keys: { get: () => undefined },
  };
  return refusalSentence(request, { allowed: false, explicit: false, layer: 'resource' });
}

function accessDenied(message: string): AwsError {
  return new AwsError('AccessDenied', message, { status: 403 });
}
