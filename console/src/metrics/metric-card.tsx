import { useLoaded } from '../api.ts';
import { StatusMark } from '../status.tsx';
import { Chart } from './chart.tsx';
import { figure } from './line-chart.tsx';
import { type Alarm, keyOf, type Metric, readSeries, statisticOf } from './metric.ts';

/** One metric over the last hours, with the alarm that watches it. */
export function MetricCard({
  metric,
  alarm,
  hours,
  turn,
  known,
}: {
  metric: Metric;
  alarm?: Alarm | undefined;
  hours: number;
  turn: number;
  /** Values of dimensions that need not be said, where all are of one thing. */
  known?: ReadonlySet<string>;
}) {
  const statistic = alarm?.Statistic ?? statisticOf(metric);
  const series = useLoaded(`${keyOf(metric)} ${statistic} ${hours} ${turn}`, () =>
    readSeries(metric, { statistic, hours, threshold: alarm?.Threshold }),
  );
  const last = series.value?.values.findLast((value) => value !== null);
  return (
    <article className="card metric">
      <header>
        <div>
          <h2>{metric.MetricName}</h2>
          <p className="dim small">
            {metric.Namespace} · {statistic}
            {(metric.Dimensions ?? [])
              .filter(({ Value }) => !known?.has(Value))
              .map(({ Name, Value }) => (
                <span key={Name}> · {Value}</span>
              ))}
          </p>
        </div>
        <strong className="metric-last">
          {last === undefined || last === null ? '–' : figure(last)} <small>{series.value?.unit}</small>
        </strong>
      </header>
      {alarm && (
        <p className="metric-alarm">
          <StatusMark tone={alarm.StateValue === 'OK' ? 'good' : alarm.StateValue === 'ALARM' ? 'bad' : 'none'}>
            {alarm.StateValue === 'INSUFFICIENT_DATA' ? 'too few data' : alarm.StateValue === 'OK' ? 'ok' : 'in alarm'}
          </StatusMark>
          <span className="small dim" title={alarm.StateReason}>
            {alarm.AlarmName} · threshold {alarm.Threshold}
          </span>
        </p>
      )}
      {series.error && <p className="dim">{series.error.message}</p>}
      {series.value && <Chart series={series.value} title={metric.MetricName} unit={series.value.unit} />}
    </article>
  );
}
