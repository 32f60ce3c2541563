import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Alarm } from '../state.ts';
import { alarmConfiguration, alarmState } from './alarm-messages.ts';

/** Tells EventBridge of a state change ("Alarm events and EventBridge", User Guide), where EventBridge runs. */
export function announce(kernel: Kernel, before: Alarm, now: Alarm): void {
  if (!kernel.engine(registry).services.has('events')) return;
  const detail = {
    alarmName: now.AlarmName,
    state: alarmState(now),
    previousState: alarmState(before),
    configuration: alarmConfiguration(now),
  };
  void kernel.clock.track(put(kernel, now, detail));
}

async function put(kernel: Kernel, alarm: Alarm, detail: object): Promise<void> {
  const principal = servicePrincipal('cloudwatch.amazonaws.com', alarm.account, {
    sourceArn: alarm.AlarmArn,
    serviceLinked: true,
  });
  const ctx = kernel.context({ principal, region: alarm.region });
  const entry = {
    Source: 'aws.cloudwatch',
    DetailType: 'CloudWatch Alarm State Change',
    Detail: JSON.stringify(detail),
    Resources: [alarm.AlarmArn],
    Time: new Date(alarm.stateUpdatedMs),
  };
  try {
    await ctx.call('events', 'PutEvents', { Entries: [entry] });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    kernel.events.emit('problem', {
      timeMs: kernel.clock.now(),
      where: 'cloudwatch alarm events',
      message: `${error.code}: ${error.message}`,
    });
  } finally {
    ctx.trace.end();
  }
}
