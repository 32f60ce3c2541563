import { naming, parsePrincipal } from '../../../engines/iam/principals.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Grant, type GrantConstraints, grantsOf, type Key } from '../state.ts';

/** "Grant operations" (AWS KMS Developer Guide). */
export const grantOperations: readonly string[] = [
  'Decrypt',
  'DeriveSharedSecret',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GetPublicKey',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RetireGrant',
  'CreateGrant',
  'Sign',
  'Verify',
  'VerifyMac',
];

export interface GrantUse {
  principal: Principal;
  operation: string;
  context: Record<string, string> | undefined;
}

/** The grants that let the principal do this: its own, for this operation, and with a context that they allow. */
export function grantsFor(kernel: Kernel, key: Key, { principal, operation, context = {} }: GrantUse): Grant[] {
  return grantsOf(kernel, key).filter(
    (grant) =>
      grant.Operations.includes(operation) &&
      names(grant.GranteePrincipal, principal) &&
      allows(grant.Constraints, { operation, context }),
  );
}

export function names(arn: string | undefined, principal: Principal): boolean {
  return arn !== undefined && naming(parsePrincipal(asElement(arn)), principal) !== 'none';
}

/** Services are grantees too. */
export function asElement(arn: string): { AWS: string } | { Service: string } {
  return arn.startsWith('arn:') ? { AWS: arn } : { Service: arn };
}

/** "Using grant constraints": they bind the operations that have an encryption context; the others they do not touch. */
function allows(
  constraints: GrantConstraints | undefined,
  { operation, context }: { operation: string; context: Record<string, string> },
): boolean {
  if (!constraints || !/^(Decrypt|Encrypt|GenerateDataKey|ReEncrypt)/.test(operation)) return true;
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals } = constraints;
  if (subset && !includes(context, subset)) return false;
  return !equals || (includes(context, equals) && Object.keys(context).length === Object.keys(equals).length);
}

function includes(whole: Record<string, string>, part: Record<string, string>): boolean {
  return Object.entries(part).every(([name, value]) => whole[name] === value);
}

/** A grant made by leave of another cannot allow more than that one does ("Granting CreateGrant permission"). */
export function isWithin(
  parent: Grant,
  child: { Operations: string[]; Constraints: GrantConstraints | undefined },
): boolean {
  if (!child.Operations.every((operation) => parent.Operations.includes(operation))) return false;
  if (!parent.Constraints) return true;
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals } = parent.Constraints;
  const own = child.Constraints?.EncryptionContextEquals;
  if (equals) return own !== undefined && includes(own, equals) && includes(equals, own);
  return subset === undefined || includes(own ?? child.Constraints?.EncryptionContextSubset ?? {}, subset);
}
