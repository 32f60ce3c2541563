import type { Kernel } from '../../../kernel/service.ts';
import { type Activity, activities, isOf, type Target, targetKey } from '../state.ts';

/** "DescribeScalingActivities": those of the last six weeks are told of. */
export const keptMs = 42 * 86_400_000;
/** Beyond that a target forgets its oldest, so that one that flaps for months does not fill the disk. */
const mostKept = 500;

export interface OpenActivity {
  end(StatusCode: 'Successful' | 'Failed', StatusMessage: string): void;
}

export function activity(kernel: Kernel, target: Target, about: Pick<Activity, 'Description' | 'Cause'>): OpenActivity {
  const kept = activities({ ...target, store: kernel.store });
  forgetOld(kernel, target);
  const begun: Activity = {
    ...targetKey(target),
    ...about,
    ActivityId: kernel.ids.uuid(),
    startMs: kernel.clock.now(),
    order: 1 + Math.max(0, ...kept.values().map(({ order }) => order)),
    StatusCode: 'InProgress',
  };
  kept.put(begun.ActivityId, begun);
  return {
    end(StatusCode, StatusMessage) {
      kept.put(begun.ActivityId, { ...begun, StatusCode, StatusMessage, endMs: kernel.clock.now() });
    },
  };
}

function forgetOld(kernel: Kernel, target: Target): void {
  const kept = activities({ ...target, store: kernel.store });
  const own = kept
    .values()
    .filter((one) => isOf(one, target))
    .sort((a, b) => a.order - b.order);
  const beforeMs = kernel.clock.now() - keptMs;
  const over = own.length - mostKept + 1;
  for (const [index, { ActivityId, endMs }] of own.entries())
    if (endMs !== undefined && (index < over || endMs < beforeMs)) kept.delete(ActivityId);
}
