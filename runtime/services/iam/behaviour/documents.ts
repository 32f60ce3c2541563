import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import type { PolicyKind } from '../../../engines/iam/policy-syntax.ts';
import type { Context } from '../../../kernel/service.ts';
import { malformedPolicyDocument } from '../errors.ts';

/** Throws MalformedPolicyDocument unless the text is a policy of this kind. */
export function checkDocument(ctx: Context, text: string | undefined, kind: PolicyKind): string {
  try {
    ctx.engine(policyCache).compile(text ?? '', kind);
  } catch (error) {
    throw error instanceof MalformedPolicy ? malformedPolicyDocument(error.message) : error;
  }
  return text ?? '';
}

/** "Policies returned by this API are URL-encoded compliant with RFC 3986" (GetRolePolicy, IAM API Reference). */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** White space does not count towards a policy's size ("IAM and AWS STS quotas", IAM User Guide). */
export function sizeOf(text: string): number {
  return text.replace(/\s/g, '').length;
}
