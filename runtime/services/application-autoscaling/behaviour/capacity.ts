import { AwsError } from '../../../kernel/errors.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { keyOf, type Target, targets } from '../state.ts';
import { activity } from './activities.ts';
import { asApplicationAutoScaling, dimensionOf } from './dimension.ts';
import { setThresholds } from './tracking-alarms.ts';

export async function capacityOf(kernel: Kernel, target: Target): Promise<number | undefined> {
  const ctx = asApplicationAutoScaling(kernel, target, target);
  try {
    return await dimensionOf(kernel, target).read(ctx, target.ResourceId);
  } finally {
    ctx.trace.end();
  }
}

/** Sets the capacity, and says as an activity how that went. True when it is as wanted. */
export async function setCapacity(kernel: Kernel, target: Target, wanted: number, cause: string): Promise<boolean> {
  const { ServiceNamespace, ResourceId } = target;
  const dimension = dimensionOf(kernel, target);
  const what = `${dimension.capacityName} to ${wanted}.`;
  const open = activity(kernel, target, { Description: `Setting ${what}`, Cause: cause });
  const ctx = asApplicationAutoScaling(kernel, target, target);
  try {
    await dimension.change(ctx, ResourceId, wanted);
    await setThresholds(kernel, target, wanted);
    open.end('Successful', `Successfully set ${what} Change successfully fulfilled by ${ServiceNamespace}.`);
    return true;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    open.end('Failed', `Failed to set ${what} Reason: ${error.message} (${error.code})`);
    return false;
  } finally {
    ctx.trace.end();
  }
}

/** A target whose bounds its resource is beyond is brought within them ("RegisterScalableTarget"). */
export async function holdToBounds(kernel: Kernel, given: Target, cause?: string): Promise<void> {
  const target = targets({ ...given, store: kernel.store }).get(keyOf(given));
  if (!target) return;
  let capacity: number | undefined;
  try {
    capacity = await capacityOf(kernel, target);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const bounds = `the capacity to be from ${target.MinCapacity} to ${target.MaxCapacity}`;
    const said = { Description: `Setting ${bounds}.`, Cause: cause ?? 'the bounds of the scalable target were set' };
    activity(kernel, target, said).end(
      'Failed',
      `Failed to read the capacity. Reason: ${error.message} (${error.code})`,
    );
  }
  if (capacity === undefined) return;
  const { MinCapacity, MaxCapacity } = target;
  if (capacity < MinCapacity)
    await setCapacity(kernel, target, MinCapacity, cause ?? `minimum capacity was set to ${MinCapacity}`);
  else if (capacity > MaxCapacity)
    await setCapacity(kernel, target, MaxCapacity, cause ?? `maximum capacity was set to ${MaxCapacity}`);
}
