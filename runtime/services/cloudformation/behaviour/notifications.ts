import type { EventRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';

/** Publishes each event of a stack to the topics it was given (NotificationARNs). Returns the end of it. */
export function publishEvents(kernel: Kernel): () => void {
  return kernel.events.on('cloudformation.event', (event) => {
    const stack = kernel.engine(stackStore).stacks(event).get(event.StackId);
    for (const TopicArn of stack?.NotificationARNs ?? []) void kernel.clock.track(publish(kernel, event, TopicArn));
  });
}

async function publish(
  kernel: Kernel,
  event: EventRecord & { account: string; region: string },
  TopicArn: string,
): Promise<void> {
  const principal = servicePrincipal('cloudformation.amazonaws.com', event.account, {
    sourceArn: event.StackId,
    serviceLinked: true,
  });
  try {
    const ctx = kernel.context({ principal, region: event.region });
    await ctx.call('sns', 'Publish', { TopicArn, Subject: 'AWS CloudFormation Notification', Message: message(event) });
  } catch (error) {
    const notice = {
      timeMs: kernel.clock.now(),
      where: `notification to ${TopicArn}`,
      message: (error as Error).message,
    };
    kernel.events.emit('cloudformation.undelivered', notice);
  }
}

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** A stack's event could not be published to a topic it was given. */
    'cloudformation.undelivered': { timeMs: number; where: string; message: string };
  }
}

/** Lines of Name='value', as AWS sends them. */
function message(event: EventRecord & { account: string }): string {
  const lines: [string, string][] = [
    ['StackId', event.StackId],
    ['Timestamp', new Date(event.timeMs).toISOString()],
    ['EventId', event.EventId],
    ['LogicalResourceId', event.LogicalResourceId],
    ['Namespace', event.account],
    ['PhysicalResourceId', event.PhysicalResourceId ?? ''],
    ['ResourceProperties', event.ResourceProperties ?? 'null'],
    ['ResourceStatus', event.ResourceStatus],
    ['ResourceStatusReason', event.ResourceStatusReason ?? ''],
    ['ResourceType', event.ResourceType],
    ['StackName', event.StackName],
    ['ClientRequestToken', event.ClientRequestToken ?? 'null'],
  ];
  return lines.map(([name, value]) => `${name}='${value}'\n`).join('');
}
