import { useMemo } from 'react';
import { call, get, useLoaded } from '../api.ts';
import { readBody } from '../dashboards/widget.ts';
import { WidgetCard } from '../dashboards/widget-card.tsx';
import { Empty, Problem } from '../empty.tsx';
import { useMinutes } from '../metrics/use-minutes.ts';
import { go, hrefOf, type Place } from '../router.ts';

const spans: Record<string, number> = { '1 hour': 1, '3 hours': 3, '12 hours': 12, '1 day': 24, '1 week': 168 };

/** Dashboards of CloudWatch as templates define them, on their grid of 24 columns. */
export function Dashboards({ place }: { place: Place }) {
  const list = useLoaded('dashboards', listDashboards);
  const chosen = list.value?.find(({ name }) => name === place.rest[0]) ?? list.value?.[0];
  if (list.error) return <Problem error={list.error} />;
  if (!list.value) return <Empty>Looking …</Empty>;
  if (!chosen)
    return (
      <Empty title="There is no dashboard">
        What a template or PutDashboard defines is shown here. Any metric is on the Metrics page.
      </Empty>
    );
  return (
    <div className="dashboard">
      <div className="logs-head">
        <h1>{chosen.name}</h1>
        {list.value.length > 1 && (
          <select
            aria-label="Dashboard"
            value={chosen.name}
            onChange={(event) => go(hrefOf('dashboards', [event.target.value], Object.fromEntries(place.query)))}
          >
            {list.value.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <Board key={chosen.name} {...chosen} place={place} />
      </div>
    </div>
  );
}

async function listDashboards(): Promise<{ name: string; region: string }[]> {
  const { regions } = await get<{ regions: string[] }>('regions');
  const found = await Promise.all(
    regions.map(async (region) => {
      const { DashboardEntries = [] } = await call<{ DashboardEntries?: { DashboardName: string }[] }>(
        'cloudwatch',
        'ListDashboards',
        {},
        region,
      );
      return DashboardEntries.map(({ DashboardName }) => ({ name: DashboardName, region }));
    }),
  );
  // They are the account's, whatever region is asked.
  return [...new Map(found.flat().map((one) => [one.name, one])).values()];
}

function Board({ name, region, place }: { name: string; region: string; place: Place }) {
  const loaded = useLoaded(`dashboard ${name}`, async () => {
    const { DashboardBody = '{}' } = await call<{ DashboardBody?: string }>(
      'cloudwatch',
      'GetDashboard',
      { DashboardName: name },
      region,
    );
    return DashboardBody;
  });
  const turn = useMinutes(loaded.again);
  const body = useMemo(() => (loaded.value === undefined ? undefined : readBody(loaded.value)), [loaded.value]);
  const span = place.query.get('span') ?? '';
  const hours = spans[span] ?? body?.hours ?? 3;
  // Read in the order in which they stand, also where there is one column.
  const widgets = useMemo(
    () => [...(body?.widgets ?? [])].sort((a, b) => (a.y ?? 1e9) - (b.y ?? 1e9) || (a.x ?? 0) - (b.x ?? 0)),
    [body],
  );
  return (
    <>
      <select
        aria-label="How far back"
        value={spans[span] ? span : ''}
        onChange={(event) =>
          go(hrefOf('dashboards', [name], { ...Object.fromEntries(place.query), span: event.target.value }), {
            replace: true,
          })
        }
      >
        <option value="">as defined: {body?.hours ?? 3} h</option>
        {Object.keys(spans).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      {loaded.error && <p role="alert">{loaded.error.message}</p>}
      <div className="board">
        {widgets.map((widget, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a widget has no other name than its place
          <WidgetCard key={index} widget={widget} hours={hours} turn={turn} region={region} />
        ))}
      </div>
    </>
  );
}
