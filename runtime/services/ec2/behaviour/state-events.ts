import { formatArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';

/** Tells EventBridge of every change of state ("State change events for your instances", EC2 User Guide), where it runs. */
export function announceStates(kernel: Kernel): () => void {
  return kernel.events.on('ec2.instance-state', ({ instanceId, state, account, region }) => {
    if (!kernel.engine(registry).services.has('events')) return;
    const entry = {
      Source: 'aws.ec2',
      DetailType: 'EC2 Instance State-change Notification',
      Detail: JSON.stringify({ 'instance-id': instanceId, state }),
      Resources: [formatArn('ec2', region, account, `instance/${instanceId}`)],
      Time: new Date(kernel.clock.now()),
    };
    void kernel.clock.track(put(kernel, { account, region }, entry));
  });
}

async function put(kernel: Kernel, { account, region }: { account: string; region: string }, entry: object) {
  const principal = servicePrincipal('ec2.amazonaws.com', account, { serviceLinked: true });
  const ctx = kernel.context({ principal, region });
  try {
    await ctx.call('events', 'PutEvents', { Entries: [entry] });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const message = `${error.code}: ${error.message}`;
    kernel.events.emit('problem', { timeMs: kernel.clock.now(), where: 'ec2 instance events', message });
  } finally {
    ctx.trace.end();
  }
}
