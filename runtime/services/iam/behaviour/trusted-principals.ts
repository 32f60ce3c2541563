import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { malformedPolicyDocument } from '../errors.ts';
import { roleRecords, userRecords } from '../state.ts';

/** IAM refuses a trust policy that names what is no service, or a user or role of this account that does not exist. */
export function checkTrustedPrincipals(ctx: Context, document: string): void {
  for (const service of principalsOf(document, 'Service')) {
    const known = /^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)$/.test(service);
    if (!known) throw malformedPolicyDocument(`Invalid principal in policy: "SERVICE":"${service}"`);
  }
  for (const arn of principalsOf(document, 'AWS')) {
    const parsed = parseArn(arn);
    if (parsed?.service !== 'iam' || parsed.account !== ctx.account) continue;
    const name = arn.slice(arn.lastIndexOf('/') + 1).toLowerCase();
    const known =
      parsed.resource === 'root' ||
      (parsed.resource.startsWith('role/') && roleRecords(ctx.store, ctx.account).get(name)?.Arn === arn) ||
      (parsed.resource.startsWith('user/') && userRecords(ctx.store, ctx.account).get(name)?.Arn === arn);
    if (!known) throw malformedPolicyDocument(`Invalid principal in policy: "AWS":"${arn}"`);
  }
}

function principalsOf(document: string, kind: 'AWS' | 'Service'): string[] {
  const { Statement } = JSON.parse(document) as { Statement: unknown };
  return [Statement].flat(1).flatMap((statement) => {
    const { Principal, NotPrincipal } = statement as { Principal?: unknown; NotPrincipal?: unknown };
    const named = Principal ?? NotPrincipal;
    if (typeof named !== 'object' || named === null) return [];
    return [(named as Record<string, unknown>)[kind]].flat(1).filter((name) => typeof name === 'string');
  });
}
