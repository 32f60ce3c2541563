import { useMemo } from 'react';
import { figure, LineChart } from './line-chart.tsx';

export interface Series {
  /** Seconds since the epoch, as uPlot has them. */
  times: number[];
  values: (number | null)[];
  /** Of an alarm, drawn as a line. */
  threshold?: number;
}

/** One metric over time with its alarm's threshold. */
export function Chart({ series, title, unit }: { series: Series; title: string; unit: string }) {
  const { times, values, threshold } = series;
  const plot = useMemo(
    () => ({
      times,
      lines: [{ label: title, values }],
      marks: threshold === undefined ? [] : [{ value: threshold }],
    }),
    [times, values, threshold, title],
  );
  const last = values.findLast((value) => value !== null);
  const now = last === undefined || last === null ? 'no data' : `${figure(last)} ${unit} last`;
  return (
    <LineChart plot={plot} about={`${title}: ${now}${threshold === undefined ? '' : `, threshold ${threshold}`}`} />
  );
}
