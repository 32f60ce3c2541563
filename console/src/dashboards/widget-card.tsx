import { call, useLoaded } from '../api.ts';
import { StatusMark, type Tone } from '../status.tsx';
import { Markdown } from './markdown.tsx';
import { MetricWidget } from './metric-widget.tsx';
import type { Widget } from './widget.ts';

export interface WidgetScope {
  widget: Widget;
  hours: number;
  /** Asks anew when it changes. */
  turn: number;
  /** Of the dashboard, for widgets that name none. */
  region: string;
}

/** A widget in its place; a kind that is not done says so by its name. */
export function WidgetCard(scope: WidgetScope) {
  const { widget } = scope;
  const { x, y, width, height, properties, type } = widget;
  const title = typeof properties.title === 'string' ? properties.title : '';
  return (
    <article
      className={`card widget widget-${/^[a-z]+$/.test(type) ? type : 'other'}`}
      style={{
        gridColumn: x === undefined ? `span ${width}` : `${x + 1} / span ${width}`,
        gridRow: y === undefined ? `span ${height}` : `${y + 1} / span ${height}`,
      }}
    >
      {title !== '' && <h2>{title}</h2>}
      <Inside {...scope} />
    </article>
  );
}

function Inside(scope: WidgetScope) {
  const { type, properties } = scope.widget;
  if (type === 'text') return <Markdown text={String(properties.markdown ?? '')} />;
  if (type === 'metric') return <MetricWidget {...scope} />;
  if (type === 'alarm') return <AlarmWidget {...scope} />;
  if (type === 'log')
    return (
      <>
        <p className="dim">Log widgets are not done: there is no Logs Insights here (logs:StartQuery).</p>
        <pre className="mail-text">{String(properties.query ?? '')}</pre>
      </>
    );
  return <p className="dim">Widgets of the type {type} are not done.</p>;
}

const tones: Record<string, Tone> = { OK: 'good', ALARM: 'bad', INSUFFICIENT_DATA: 'none' };

interface Alarm {
  AlarmName: string;
  StateValue: string;
  StateReason?: string;
}

/** The named alarms, those that ring first. */
function AlarmWidget({ widget, turn, region }: WidgetScope) {
  const arns = Array.isArray(widget.properties.alarms) ? widget.properties.alarms.map(String) : [];
  const loaded = useLoaded(`${arns.join()} ${turn}`, async () => {
    const regions = [...new Set(arns.map((arn) => arn.split(':')[3] || region))];
    const answers = await Promise.all(
      regions.map((one) =>
        call<{ MetricAlarms?: Alarm[]; CompositeAlarms?: Alarm[] }>(
          'cloudwatch',
          'DescribeAlarms',
          {
            AlarmNames: arns.map((arn) => arn.split(':alarm:').at(-1)).slice(0, 100),
            AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          },
          one,
        ),
      ),
    );
    return answers
      .flatMap(({ MetricAlarms = [], CompositeAlarms = [] }) => [...MetricAlarms, ...CompositeAlarms])
      .sort((a, b) => Number(b.StateValue === 'ALARM') - Number(a.StateValue === 'ALARM'));
  });
  if (loaded.error) return <p role="alert">{loaded.error.message}</p>;
  return (
    <ul className="widget-alarms">
      {loaded.value?.map(({ AlarmName, StateValue, StateReason = '' }) => (
        <li key={AlarmName}>
          <StatusMark tone={tones[StateValue] ?? 'none'} title={StateReason}>
            {StateValue === 'ALARM' ? 'in alarm' : StateValue === 'OK' ? 'ok' : 'too few data'}
          </StatusMark>{' '}
          {AlarmName}
        </li>
      ))}
    </ul>
  );
}
