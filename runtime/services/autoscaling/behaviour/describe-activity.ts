import type { Activity as Described } from '@aws-sdk/client-auto-scaling';
import type { Activity } from '../state.ts';

export function describeActivity({ startMs, endMs, order: _order, ...activity }: Activity): Described {
  return {
    ...activity,
    StartTime: new Date(startMs),
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
  };
}
