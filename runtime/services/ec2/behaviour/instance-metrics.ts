import type { Timer } from '../../../kernel/clock/clock.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Instance, instances } from '../state.ts';
import { instanceType } from './instance-types.ts';
import { machines } from './machines.ts';

/** "CloudWatch metrics that are available for your instances": every five minutes, every minute when detailed. */
const minuteMs = 60_000;
const basicMinutes = 5;

export function publishInstanceMetrics(kernel: Kernel): Timer {
  const last = new Map<string, { seconds: number; elapsedMs: number }>();
  let minute = 0;
  return kernel.clock.every(minuteMs, 'metrics of instances', () => {
    minute += 1;
    for (const scope of kernel.store.scopes('ec2.instances'))
      for (const instance of instances.all({ store: kernel.store, ...scope })) {
        if (instance.state !== 'running') last.delete(instance.InstanceId);
        else if (instance.detailedMonitoring || minute % basicMinutes === 0) publish(kernel, scope, instance, last);
      }
  });
}

function publish(
  kernel: Kernel,
  scope: { account: string; region: string },
  { InstanceId, InstanceType }: Instance,
  last: Map<string, { seconds: number; elapsedMs: number }>,
): void {
  const now = { seconds: kernel.engine(machines).cpuSeconds(InstanceId) ?? 0, elapsedMs: kernel.clock.elapsed() };
  const before = last.get(InstanceId);
  last.set(InstanceId, now);
  const emit = (name: string, value: number, unit: 'Percent' | 'Count'): void =>
    kernel.events.emit('metric', {
      ...scope,
      timeMs: kernel.clock.now(),
      namespace: 'AWS/EC2',
      name,
      value,
      unit,
      dimensions: { InstanceId },
    });
  for (const check of ['StatusCheckFailed', 'StatusCheckFailed_Instance', 'StatusCheckFailed_System'])
    emit(check, 0, 'Count');
  if (!before || now.elapsedMs - before.elapsedMs < 1) return;
  const cpus = instanceType(InstanceType)?.vcpus ?? 1;
  const used = ((now.seconds - before.seconds) * 1000) / (now.elapsedMs - before.elapsedMs) / cpus;
  emit('CPUUtilization', Math.min(100, Math.max(0, used * 100)), 'Percent');
}
