import { get, useLoaded } from '../api.ts';
import type { TraceSummary } from '../live.ts';
import { useNews, useSettled } from '../live.ts';
import { RequestRows } from '../requests/request-rows.tsx';
import type { MapNode } from './architecture.ts';

/** The newest requests that came through a node. */
export function NodeRequests({ node }: { node: MapNode }) {
  const found = useLoaded(`requests ${node.id}`, () =>
    get<{ items: TraceSummary[] }>(`requests?node=${encodeURIComponent(node.id)}`),
  );
  const refresh = useSettled(1500, found.again);
  useNews('request', refresh);
  const items = found.value?.items ?? [];
  if (found.value && items.length === 0) return <p className="dim">None since the console was opened.</p>;
  return <RequestRows requests={items.slice(0, 30)} />;
}
