import type { Kernel } from '../../kernel/service.ts';
import { type Happening, naming } from './event-records.ts';
import type { SentMessage } from './message.ts';
import { type Count, count, quartersSince, total } from './quota.ts';
import { configurationSets } from './state.ts';

const counts: Partial<Record<Happening['type'], Count>> = {
  BOUNCE: 'Bounces',
  COMPLAINT: 'Complaints',
  REJECT: 'Rejects',
};

/** "Retrieving Amazon SES event data from CloudWatch": without dimensions for the account; and what GetSendStatistics counts. */
export function countMetrics(kernel: Kernel, message: SentMessage, { type, about }: Happening): void {
  const counted = counts[type];
  // A recipient that was not tried, for the list it is on, does not weigh on the reputation.
  const tried = about.bounceSubType !== 'OnAccountSuppressionList';
  if (counted && tried) count(kernel, message, counted, 1);
  const eventType = naming[type]?.eventType;
  if (eventType) emit(kernel, message, eventType.replace(' ', ''), 1, {});
  if ((type === 'BOUNCE' || type === 'COMPLAINT' || type === 'SEND') && tried) reputation(kernel, message);
}

/** "Monitoring your sender reputation": rates over what was sent of late; here over the two weeks that are kept. */
function reputation(kernel: Kernel, message: SentMessage): void {
  const quarters = quartersSince(kernel, message);
  const sent = Math.max(1, total(quarters, 'DeliveryAttempts'));
  const set = configurationSets(kernel, message).get(message.configurationSetName ?? '');
  const everyDimensions: Record<string, string>[] = [
    {},
    ...(set?.reputationMetricsEnabled ? [{ 'ses:configuration-set': set.ConfigurationSetName }] : []),
  ];
  for (const dimensions of everyDimensions) {
    emit(kernel, message, 'Reputation.BounceRate', total(quarters, 'Bounces') / sent, dimensions);
    emit(kernel, message, 'Reputation.ComplaintRate', total(quarters, 'Complaints') / sent, dimensions);
  }
}

function emit(
  { events, clock }: Kernel,
  { account, region }: SentMessage,
  name: string,
  value: number,
  dimensions: Record<string, string>,
): void {
  const unit = name.startsWith('Reputation') ? 'None' : 'Count';
  events.emit('metric', { namespace: 'AWS/SES', name, dimensions, value, unit, timeMs: clock.now(), account, region });
}
