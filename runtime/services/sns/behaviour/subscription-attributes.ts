import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import { checkRedrivePolicy } from './dead-letters.ts';
import { checkDeliveryPolicy } from './delivery-policy.ts';
import { checkFilterPolicy } from './filter-policy.ts';

const rawProtocols = ['sqs', 'http', 'https'];

/**
 * Checks the attributes a subscription would have ("SetSubscriptionAttributes"), given the ones that change. Throws
 * InvalidParameter, or a refusal by name.
 */
export function checkSubscriptionAttributes(
  kernel: Kernel,
  Protocol: string,
  changed: Record<string, string>,
  all: Record<string, string>,
): void {
  for (const [name, value] of Object.entries(changed)) {
    if (name === 'SubscriptionRoleArn' || name === 'ReplayPolicy') throw refused(`sns subscription attribute ${name}`);
    const check = checks[name];
    if (!check) throw invalidParameter('AttributeName');
    if (value !== '') check({ kernel, Protocol, value, all });
  }
}

interface Checked {
  kernel: Kernel;
  Protocol: string;
  value: string;
  all: Record<string, string>;
}

const checks: Record<string, (about: Checked) => void> = lookupTable({
  RawMessageDelivery({ Protocol, value }) {
    if (value !== 'true' && value !== 'false')
      throw invalidParameter(`Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
    if (value === 'true' && !rawProtocols.includes(Protocol))
      throw invalidParameter(
        `Attributes Reason: RawMessageDelivery: Delivery protocol [${Protocol}] does not support raw message delivery.`,
      );
  },
  FilterPolicy: ({ kernel, value, all }) =>
    checkFilterPolicy(kernel, value, all.FilterPolicyScope || 'MessageAttributes'),
  FilterPolicyScope: ({ kernel, value, all }) => checkFilterPolicy(kernel, all.FilterPolicy || '{}', value),
  RedrivePolicy: ({ value }) => checkRedrivePolicy(value),
  DeliveryPolicy({ Protocol, value }) {
    if (!Protocol.startsWith('http'))
      throw invalidParameter(`Attributes Reason: DeliveryPolicy: protocol [${Protocol}] has no delivery policy.`);
    checkDeliveryPolicy(value, 'subscription');
  },
});
