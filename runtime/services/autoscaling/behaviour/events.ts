import { AwsError } from '../../../kernel/errors.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Group } from '../state.ts';
import { asAutoScaling } from './as-autoscaling.ts';

/** "Amazon EC2 Auto Scaling event reference", where EventBridge runs. */
export async function putEvent(
  kernel: Kernel,
  group: Group,
  { DetailType, detail, resources }: { DetailType: string; detail: object; resources: string[] },
): Promise<void> {
  if (!kernel.engine(registry).services.has('events')) return;
  const ctx = asAutoScaling(kernel, group);
  const entry = {
    Source: 'aws.autoscaling',
    DetailType,
    Detail: JSON.stringify(detail),
    Resources: resources,
    Time: new Date(kernel.clock.now()),
  };
  try {
    await ctx.call('events', 'PutEvents', { Entries: [entry] });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const where = `autoscaling ${group.AutoScalingGroupName}, events`;
    kernel.events.emit('problem', { timeMs: kernel.clock.now(), where, message: `${error.code}: ${error.message}` });
  } finally {
    ctx.trace.end();
  }
}
