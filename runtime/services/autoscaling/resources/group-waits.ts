import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../kernel/errors.ts';
import type { ResourceContext } from '../../../kernel/resource.ts';

export async function findByName(ctx: ResourceContext, name: string): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups } = await ctx.call<{ AutoScalingGroups: AutoScalingGroup[] }>(
    'autoscaling',
    'DescribeAutoScalingGroups',
    { AutoScalingGroupNames: [name] },
  );
  return AutoScalingGroups[0];
}

export const isGone = (name: string) => new AwsError('NotFound', `The Auto Scaling group ${name} is gone.`);

/** Once as many instances are in service as are desired; fails when one cannot be started, as CloudFormation does. */
export function untilInService(ctx: ResourceContext, name: string): Promise<void> {
  return until(ctx, name, ({ Instances = [], DesiredCapacity = 0 }) => {
    const inService = Instances.filter(({ LifecycleState }) => LifecycleState === 'InService');
    return inService.reduce((sum, { WeightedCapacity = 1 }) => sum + Number(WeightedCapacity), 0) >= DesiredCapacity;
  });
}

/** Once the group answers so. */
export async function until(
  ctx: ResourceContext,
  name: string,
  done: (group: AutoScalingGroup) => boolean,
): Promise<void> {
  for (;;) {
    // Listened to before it is asked, so that nothing goes by unheard.
    const changed = nextChange(ctx);
    try {
      const group = await findByName(ctx, name);
      if (!group) throw isGone(name);
      if (done(group)) return;
      const { failure } = await changed.happened;
      const { Instances = [], MinSize, MaxSize } = group;
      if (failure && failure.arn === group.AutoScalingGroupARN)
        throw new AwsError(
          'NotStabilized',
          `Group did not stabilize. {current/minimum/maximum group size} = {${Instances.length}/${MinSize}/${MaxSize}}. Failed Scaling Activity: ${failure.message}`,
        );
    } finally {
      changed.stop();
    }
  }
}

export function untilGone(ctx: ResourceContext, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = ctx.events.on('autoscaling.deleted', ({ group }) => {
      if (group.AutoScalingGroupName !== name || group.account !== ctx.account || group.region !== ctx.region) return;
      end();
      resolve();
    });
    const aborted = (): void => {
      end();
      reject(ctx.signal.reason);
    };
    const end = (): void => {
      stop();
      ctx.signal.removeEventListener('abort', aborted);
    };
    ctx.signal.addEventListener('abort', aborted, { once: true });
  });
}

interface Change {
  failure?: { arn: string; message: string };
}

function nextChange(ctx: ResourceContext): { happened: Promise<Change>; stop(): void } {
  const { promise, resolve, reject } = Promise.withResolvers<Change>();
  promise.catch(() => undefined);
  const aborted = (): void => reject(ctx.signal.reason);
  if (ctx.signal.aborted) aborted();
  ctx.signal.addEventListener('abort', aborted, { once: true });
  const stops = [
    ctx.events.on('autoscaling.group', () => resolve({})),
    ctx.events.on('autoscaling.launch-failed', (failure) => resolve({ failure })),
  ];
  return {
    happened: promise,
    stop() {
      for (const stop of stops) stop();
      ctx.signal.removeEventListener('abort', aborted);
    },
  };
}
