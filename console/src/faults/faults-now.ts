import { get, useLoaded } from '../api.ts';
import { useNews, useSettled } from '../live.ts';
import type { FaultList, ShownFault } from './fault.ts';

/** What is broken now. */
export function useFaultsNow(): ShownFault[] {
  const loaded = useLoaded('faults now', () => get<Pick<FaultList, 'active'>>('faults/now'));
  const refresh = useSettled(200, loaded.again);
  useNews('fault', refresh);
  useNews('reset', refresh);
  return loaded.value?.active ?? [];
}
