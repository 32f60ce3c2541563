import { call, useLoaded } from '../api.ts';
import type { Metric } from '../metrics/metric.ts';
import { keyOf } from '../metrics/metric.ts';
import { MetricCard } from '../metrics/metric-card.tsx';
import { useMinutes } from '../metrics/use-minutes.ts';
import type { MapNode } from './architecture.ts';
import { namesOf, readResource } from './node-names.ts';

const shown = 8;
const hours = 3;

/** What AWS measures of the thing by itself: the metrics whose dimensions name it, those of it alone first. */
export function NodeMetrics({ node }: { node: MapNode }) {
  const found = useLoaded(`node metrics ${node.id}`, () => metricsOf(node));
  const turn = useMinutes(found.again);
  if (found.error) return <p role="alert">{found.error.message}</p>;
  if (!found.value) return <p className="dim">Looking …</p>;
  const { metrics, names } = found.value;
  if (metrics.length === 0)
    return <p className="dim">Nothing has been measured of it yet: metrics are written each minute.</p>;
  return (
    <>
      {metrics.slice(0, shown).map((metric) => (
        <MetricCard key={keyOf(metric)} metric={metric} hours={hours} turn={turn} known={names} />
      ))}
      {metrics.length > shown && (
        <p className="dim small">
          The first {shown} of {metrics.length}: the Metrics page finds the others.
        </p>
      )}
    </>
  );
}

async function metricsOf(node: MapNode): Promise<{ metrics: Metric[]; names: ReadonlySet<string> }> {
  const names = namesOf(node, await readResource(node));
  const found: Metric[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < 4 && (page === 0 || NextToken); page += 1) {
    const answer = await call<{ Metrics?: Omit<Metric, 'region'>[]; NextToken?: string }>(
      'cloudwatch',
      'ListMetrics',
      NextToken ? { NextToken } : {},
      node.region,
    );
    found.push(...(answer.Metrics ?? []).map((metric) => ({ ...metric, region: node.region })));
    NextToken = answer.NextToken;
  }
  const metrics = found
    .filter(({ Dimensions = [] }) => Dimensions.some(({ Value }) => names.has(Value)))
    .sort((a, b) => (a.Dimensions?.length ?? 0) - (b.Dimensions?.length ?? 0));
  return { metrics, names };
}
