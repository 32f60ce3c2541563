import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { watchAttacks } from './behaviour/attack-watch.ts';
import { standing } from './behaviour/usage.ts';
import * as attackOperations from './operations/attacks.ts';
import * as protectionOperations from './operations/protections.ts';
import * as subscriptionOperations from './operations/subscriptions.ts';
import { Protection } from './resources/Protection.ts';
import { protectionArn } from './state.ts';

/**
 * Shield's API to what the edge sheds (data-planes/shield). Standard is always on; a subscription, which costs what it costs on
 * AWS, adds protections, their metrics and reports of attacks.
 */
export default defineService({
  name: 'shield',
  actionPrefix: 'shield',
  operations: { ...attackOperations, ...protectionOperations, ...subscriptionOperations },
  resources: [Protection],
  authorization: authorize,
  usage: { standing, changedBy: ['CreateSubscription', 'DeleteSubscription'] },
  start: (kernel: Kernel): Running => ({ stop: watchAttacks(kernel) }),
});

/** "Actions, resources, and condition keys for AWS Shield" (Service Authorization Reference). */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `shield:${operation}`;
  if (typeof input.ResourceARN === 'string') return { action, resource: input.ResourceARN };
  if (typeof input.ProtectionId === 'string') return { action, resource: protectionArn(ctx, input.ProtectionId) };
  return { action, resource: operation === 'CreateProtection' ? protectionArn(ctx, '*') : '*' };
}
