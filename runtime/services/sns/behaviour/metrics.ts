import type { Kernel } from '../../../kernel/service.ts';
import type { Topic } from '../state.ts';

/** "Monitoring Amazon SNS topics using CloudWatch". */
export function count(
  kernel: Kernel,
  topic: Pick<Topic, 'Name' | 'account' | 'region'>,
  name: string,
  value = 1,
  unit: 'Count' | 'Bytes' = 'Count',
): void {
  kernel.events.emit('metric', {
    namespace: 'AWS/SNS',
    name,
    dimensions: { TopicName: topic.Name },
    value,
    unit,
    timeMs: kernel.clock.now(),
    region: topic.region,
    account: topic.account,
  });
}
