import { defaultAccount } from '../../kernel/arn.ts';
import { authorization } from '../../kernel/authorizer.ts';
import { type Principal, rootOf } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import { checkSignature, checkTime } from './check.ts';
import { claimOf, type Signable, type SignatureClaim } from './claim.ts';

/** Who signed a user's request, believed. */
export interface Signer {
  principal: Exclude<Principal, { kind: 'anonymous' }>;
  claim: SignatureClaim;
}

/**
 * Who signed a request to a data plane (`execute-api`, `lambda`), by header or query. Undefined for an unsigned one; throws
 * AwsError for a signature that does not hold. Credentials Orrery issued are verified strictly, an unknown key is the root
 * of its account, as on the API port. `body` is the whole body as sent.
 */
export function signerOf(
  kernel: Pick<Kernel, 'clock' | 'engine'>,
  request: Signable,
  body: Buffer,
): Signer | undefined {
  const claim = claimOf(request);
  if (!claim) return undefined;
  const issued = kernel.engine(authorization).current?.credentials(claim.accessKeyId);
  checkTime(kernel.clock, claim);
  if (issued) checkSignature(kernel.clock, request, { claim, issued, body });
  const principal = issued?.principal ?? rootOf(accountOfKey(claim.accessKeyId));
  if (principal.kind === 'anonymous') return undefined;
  return { principal, claim };
}

/** The account an access key that Orrery did not issue stands for: itself, when it is twelve digits. */
export function accountOfKey(accessKeyId: string): string {
  return /^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount;
}
