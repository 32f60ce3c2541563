import { get, useLoaded } from '../api.ts';
import { Empty, Problem } from '../empty.tsx';
import { useNews } from '../live.ts';
import { type Alarm, keyOf, listAlarms, listMetrics, type Metric } from '../metrics/metric.ts';
import { MetricCard } from '../metrics/metric-card.tsx';
import { useMinutes } from '../metrics/use-minutes.ts';
import { go, hrefOf, type Place } from '../router.ts';

const spans: Record<string, number> = { '1 hour': 1, '3 hours': 3, '1 day': 24, '1 week': 168 };
const chartsAtOnce = 24;

/** What alarms watch first; every other metric by its name. */
export function Metrics({ place }: { place: Place }) {
  const search = place.query.get('q') ?? '';
  const span = place.query.get('span') ?? '1 hour';
  const loaded = useLoaded('metrics', async () => {
    const { regions } = await get<{ regions: string[] }>('regions');
    return { metrics: await listMetrics(regions), alarms: await listAlarms(regions) };
  });
  useNews('alarm', loaded.again);
  useNews('reset', loaded.again);
  const turn = useMinutes(loaded.again);
  if (loaded.error) return <Problem error={loaded.error} />;
  if (!loaded.value) return <Empty>Looking …</Empty>;
  const { metrics, alarms } = loaded.value;
  const charts = chartsFor(metrics, alarms, search);
  const show = (change: Record<string, string>): void =>
    go(hrefOf('metrics', [], { q: search, span, ...change }), { replace: true });
  return (
    <div className="metrics">
      <header className="logs-head">
        <h1>Metrics</h1>
        <input
          type="search"
          aria-label="Find metrics by namespace, name or dimension"
          placeholder={`Find among ${metrics.length}: namespace, name, resource`}
          value={search}
          onChange={(event) => show({ q: event.target.value })}
        />
        <select aria-label="How far back" value={span} onChange={(event) => show({ span: event.target.value })}>
          {Object.keys(spans).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </header>
      <p className="dim small" role="status">
        {charts.length > chartsAtOnce
          ? `The first ${chartsAtOnce} of ${charts.length}. Search for others.`
          : search === '' && alarms.length > 0
            ? 'What alarms watch. Search for any other metric.'
            : ''}
      </p>
      {charts.length === 0 ? (
        <Empty>
          {metrics.length === 0
            ? 'Nothing has been measured yet: metrics are written each minute.'
            : 'No metric matches.'}
        </Empty>
      ) : (
        <div className="metric-grid">
          {charts.slice(0, chartsAtOnce).map(({ metric, alarm }) => (
            <MetricCard
              key={`${keyOf(metric)} ${alarm?.AlarmName}`}
              metric={metric}
              alarm={alarm}
              hours={spans[span] ?? 1}
              turn={turn}
            />
          ))}
        </div>
      )}
    </div>
  );
}

function chartsFor(
  metrics: Metric[],
  alarms: Alarm[],
  search: string,
): { metric: Metric; alarm?: Alarm | undefined }[] {
  const watched = alarms.flatMap((alarm) =>
    alarm.MetricName && alarm.Namespace
      ? [{ metric: { ...alarm, Namespace: alarm.Namespace, MetricName: alarm.MetricName }, alarm }]
      : [],
  );
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return watched.length > 0 ? watched : metrics.map((metric) => ({ metric }));
  const matches = ({ metric, alarm }: { metric: Metric; alarm?: Alarm | undefined }): boolean => {
    const text = `${keyOf(metric)} ${alarm?.AlarmName ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const known = new Set(watched.map(({ metric }) => keyOf(metric)));
  return [...watched, ...metrics.filter((metric) => !known.has(keyOf(metric))).map((metric) => ({ metric }))].filter(
    matches,
  );
}
