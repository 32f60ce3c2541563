import type { SuppressionListReason } from '@aws-sdk/client-sesv2';
import type { Kernel } from '../../kernel/service.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { type ConfigurationSet, sendingAccount, suppressed } from './state.ts';

/**
 * Whether SES leaves the recipient out: it is on the account's list, for a reason that the configuration set, or else the
 * account, suppresses by ("Using configuration set-level suppression to override your account-level suppression list").
 */
export function isSuppressed(
  kernel: Kernel,
  scope: Scope,
  address: string,
  set: ConfigurationSet | undefined,
): boolean {
  const entry = suppressed(kernel, scope).get(address.toLowerCase());
  return entry?.Reason !== undefined && reasons(kernel, scope, set).includes(entry.Reason);
}

/** After a bounce or complaint. The list holds addresses without regard to case. */
export function suppress(
  kernel: Kernel,
  scope: Scope,
  {
    address,
    Reason,
    Attributes,
  }: { address: string; Reason: SuppressionListReason; Attributes: { MessageId: string; FeedbackId: string } },
  set: ConfigurationSet | undefined,
): void {
  if (!reasons(kernel, scope, set).includes(Reason)) return;
  const EmailAddress = address.toLowerCase();
  suppressed(kernel, scope).put(EmailAddress, { EmailAddress, Reason, Attributes, updatedMs: kernel.clock.now() });
}

function reasons(kernel: Kernel, scope: Scope, set: ConfigurationSet | undefined): readonly SuppressionListReason[] {
  return set?.suppression?.SuppressedReasons ?? sendingAccount(kernel, scope).SuppressedReasons;
}
