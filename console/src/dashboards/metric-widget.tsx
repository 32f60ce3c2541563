import { useMemo } from 'react';
import { call, useLoaded } from '../api.ts';
import { LineChart, type Mark, type Plot } from '../metrics/line-chart.tsx';
import { Bars, FigureTable, Gauges, lastOf, Pie, Singles, shown, swatchOf } from './figures.tsx';
import { type Reading, readRows } from './read-metrics.ts';
import { readMetrics, type Widget } from './widget.ts';

interface Annotation {
  value?: number | string;
  label?: string;
  color?: string;
}

interface Axis {
  min?: number;
  max?: number;
}

/** A metric widget as its view says; an alarm's annotation alone shows what that alarm watches. */
export function MetricWidget({
  widget,
  hours,
  turn,
  region,
}: {
  widget: Widget;
  hours: number;
  turn: number;
  region: string;
}) {
  const { properties, height } = widget;
  const whole = properties.setPeriodToTimeRange === true;
  const loaded = useLoaded(`${JSON.stringify(properties)} ${hours} ${turn}`, async () => {
    const alarm = await annotatedAlarm(properties, region);
    const rows = readMetrics(
      alarm ? { ...properties, metrics: [alarm.row] } : properties,
      String(properties.region ?? region),
    );
    return { reading: await readRows(rows, hours, whole), marks: alarm ? [alarm.mark] : [] };
  });
  if (loaded.error) return <p role="alert">{loaded.error.message}</p>;
  if (!loaded.value) return <p className="dim">Reading …</p>;
  const { reading, marks } = loaded.value;
  if (reading.lines.length === 0) return <p className="dim">Nothing has been measured.</p>;
  const { min, max } = axisOf(properties);
  const { lines } = reading;
  if (properties.view === 'singleValue') return <Singles lines={lines} />;
  if (properties.view === 'bar') return <Bars lines={lines} />;
  if (properties.view === 'pie') return <Pie lines={lines} />;
  if (properties.view === 'table') return <FigureTable lines={lines} />;
  if (properties.view === 'gauge') return <Gauges lines={lines} min={min ?? 0} max={max ?? 100} />;
  if (properties.view !== undefined && properties.view !== 'timeSeries')
    return <p className="dim">The view {String(properties.view)} is not done.</p>;
  return <OverTime reading={reading} properties={properties} marks={marks} height={height} />;
}

function OverTime({
  reading,
  properties,
  marks,
  height,
}: {
  reading: Reading;
  properties: Record<string, unknown>;
  marks: Mark[];
  height: number;
}) {
  const plot = useMemo((): Plot => {
    const { horizontal = [], vertical = [] } = annotationsOf(properties);
    return {
      times: reading.times,
      lines: reading.lines,
      marks: [
        ...marks,
        ...horizontal.flat().map(({ value, label, color }) => ({ value: Number(value), label, colour: hex(color) })),
      ],
      moments: vertical.flat().map(({ value }) => Date.parse(String(value)) / 1000),
      stacked: properties.stacked === true,
      ...axisOf(properties),
      // A row of the grid is 60 units; the title and the legend need theirs.
      height: Math.max(110, height * 60 - 110),
    };
  }, [reading, properties, marks, height]);
  const about = reading.lines.map((line) => `${line.label} ${shown(lastOf(line))}`).join(', ');
  return (
    <>
      <LineChart plot={plot} about={`Over time, newest: ${about}`} />
      <ul className="chart-legend">
        {reading.lines.map((line, index) => (
          <li key={`${line.id} ${line.label}`}>
            <i className="swatch" style={swatchOf(line, index)} /> {line.label} <strong>{shown(lastOf(line))}</strong>
          </li>
        ))}
        {plot.marks?.map(({ value, label }) => (
          <li key={`${label} ${value}`} className="dim">
            <i className="swatch swatch-mark" /> {label ?? 'at'} {value}
          </li>
        ))}
      </ul>
    </>
  );
}

function annotationsOf(properties: Record<string, unknown>) {
  return (properties.annotations ?? {}) as {
    horizontal?: (Annotation | Annotation[])[];
    vertical?: (Annotation | Annotation[])[];
    alarms?: string[];
  };
}

function axisOf(properties: Record<string, unknown>): Axis {
  const { left = {} } = (properties.yAxis ?? {}) as { left?: Axis };
  return { min: left.min, max: left.max };
}

function hex(colour: string | undefined): string | undefined {
  return colour !== undefined && /^#[0-9a-f]{6}$/i.test(colour) ? colour : undefined;
}

/** Of a widget without metrics that names an alarm: the alarm's metric, and its threshold. */
async function annotatedAlarm(
  properties: Record<string, unknown>,
  region: string,
): Promise<{ row: unknown[]; mark: Mark } | undefined> {
  const [arn] = annotationsOf(properties).alarms ?? [];
  if (arn === undefined || properties.metrics !== undefined) return undefined;
  const { MetricAlarms: [alarm] = [] } = await call<{
    MetricAlarms?: {
      AlarmName: string;
      Namespace?: string;
      MetricName?: string;
      Dimensions?: { Name: string; Value: string }[];
      Statistic?: string;
      Period?: number;
      Threshold?: number;
    }[];
  }>(
    'cloudwatch',
    'DescribeAlarms',
    { AlarmNames: [arn.split(':alarm:').at(-1)] },
    String(properties.region ?? region),
  );
  if (!alarm?.MetricName) throw new Error(`There is no alarm ${arn} of one metric.`);
  const dimensions = (alarm.Dimensions ?? []).flatMap(({ Name, Value }) => [Name, Value]);
  return {
    row: [
      alarm.Namespace,
      alarm.MetricName,
      ...dimensions,
      { stat: alarm.Statistic ?? 'Average', period: alarm.Period ?? 300 },
    ],
    mark: { value: alarm.Threshold ?? 0, label: alarm.AlarmName },
  };
}
