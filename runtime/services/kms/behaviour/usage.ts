import type { Kernel } from '../../../kernel/service.ts';
import type { CallUsage, MeteredCall, Standing } from '../../../kernel/usage.ts';
import { type Key, keys } from '../state.ts';

/**
 * "AWS KMS pricing": every request is charged, also those that services make for the account; asymmetric keys other than
 * RSA_2048, and pairs of data keys, have prices of their own.
 */
export function meterCall({ operation, input, output, errorCode }: MeteredCall): readonly CallUsage[] {
  if (errorCode !== undefined) return [];
  const resource: string = output.KeyId ?? input.KeyId ?? '';
  return [{ usageType: usageTypeOf(operation, input, output), amount: 1, resource }];
}

function usageTypeOf(
  operation: string,
  input: { KeyPairSpec?: string },
  output: { SigningAlgorithm?: string },
): string {
  if (operation.startsWith('GenerateDataKeyPair'))
    return input.KeyPairSpec?.startsWith('RSA')
      ? 'KMS-Requests-GenerateDatakeyPair-RSA'
      : 'KMS-Requests-GenerateDatakeyPair-ECC';
  return output.SigningAlgorithm?.startsWith('EC') ? 'KMS-Requests-Asymmetric' : 'KMS-Requests';
}

/** Keys of customers; the first and second rotation of a key cost as much again, and keys waiting for their deletion nothing. */
export function* standing(kernel: Kernel): Generator<Standing> {
  for (const scope of kernel.store.scopes('kms.keys'))
    for (const key of keys(kernel, scope).values())
      if (key.KeyManager === 'CUSTOMER' && key.KeyState !== 'PendingDeletion')
        yield { usageType: 'KMS-Keys', amount: 1 + rotationsCharged(key), resource: key.Arn, ...scope };
}

function rotationsCharged({ sealed }: Key): number {
  return Math.min(2, Math.max(0, sealed.length - 1));
}
