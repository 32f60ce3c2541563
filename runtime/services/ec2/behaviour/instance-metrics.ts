import type { Timer } from '../../../kernel/clock/clock.ts';
import { measureEveryMinute } from '../../../kernel/clock/measure-every.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Instance, instances } from '../instance-state.ts';
import { instanceType } from './instance-types.ts';
import { machines } from './machines.ts';

/** "CloudWatch metrics that are available for your instances": every five minutes, every minute when detailed. */
const basicMinutes = 5;

interface Sample {
  seconds: number;
  elapsedMs: number;
  cloudMs: number;
  /** Of its vCPUs; undefined before anything was measured. */
  percent: number | undefined;
}

/** Processor time is told in hundredths of a second: less than this says nothing about a load. */
const shortestMs = 1000;

export function publishInstanceMetrics(kernel: Kernel): Timer {
  const last = new Map<string, Sample>();
  let minute = 0;
  return measureEveryMinute(kernel.clock, 'metrics of instances', () => {
    minute += 1;
    for (const scope of kernel.store.scopes('ec2.instances'))
      for (const instance of instances.all({ store: kernel.store, ...scope })) {
        if (instance.state !== 'running') last.delete(instance.InstanceId);
        else if (instance.detailedMonitoring || minute % basicMinutes === 0) publish(kernel, scope, instance, last);
      }
  });
}

/** In a wind a load goes on for so long; after that its minutes are what they were for the processes: nothing was done. */
const goesOnMs = 10 * 60_000;

/**
 * Processor time used against the time that passed for the processes. Wound minutes pass in no time for them: the first ones
 * are taken to be like the last that was measured, so that a load can be wound, too.
 */
function measure(
  kernel: Kernel,
  { InstanceId, InstanceType }: Pick<Instance, 'InstanceId' | 'InstanceType'>,
  last: Map<string, Sample>,
): Sample {
  const before = last.get(InstanceId);
  const elapsedMs = kernel.clock.elapsed();
  const passedMs = elapsedMs - (before?.elapsedMs ?? elapsedMs);
  const cloudMs = kernel.clock.now();
  if (before && passedMs < shortestMs)
    return before.cloudMs + goesOnMs > cloudMs
      ? before
      : { ...before, percent: before.percent === undefined ? undefined : 0 };
  const seconds = kernel.engine(machines).cpuSeconds(InstanceId) ?? 0;
  const cpus = instanceType(InstanceType)?.vcpus ?? 1;
  const used = before && ((seconds - before.seconds) * 1000) / passedMs / cpus;
  const percent = used === undefined ? undefined : Math.min(100, Math.max(0, used * 100));
  const sample = { seconds, elapsedMs, cloudMs, percent };
  last.set(InstanceId, sample);
  return sample;
}

function publish(
  kernel: Kernel,
  scope: { account: string; region: string },
  { InstanceId, InstanceType }: Instance,
  last: Map<string, Sample>,
): void {
  const { percent } = measure(kernel, { InstanceId, InstanceType }, last);
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
  if (percent !== undefined) emit('CPUUtilization', percent, 'Percent');
}
