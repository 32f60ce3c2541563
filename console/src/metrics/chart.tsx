import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { colourIn, faint } from '../colour.ts';
import { useTheme } from '../theme.ts';

export interface Series {
  /** Seconds since the epoch, as uPlot has them. */
  times: number[];
  values: (number | null)[];
  /** Of an alarm, drawn as a line. */
  threshold?: number;
}

/** A line over time with its alarm's threshold. The figures are in the table that follows, for those who cannot see it. */
export function Chart({ series, title, unit }: { series: Series; title: string; unit: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [theme] = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew when the theme changes
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const plot = new uPlot(optionsFor(element, series.threshold), dataOf(series), element);
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 150 }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [series, theme]);
  const last = series.values.findLast((value) => value !== null);
  return (
    <figure className="chart">
      <div
        ref={box}
        role="img"
        aria-label={`${title}: ${last === undefined ? 'no data' : `${figure(last ?? 0)} ${unit} last`}${series.threshold === undefined ? '' : `, threshold ${series.threshold}`}`}
      />
    </figure>
  );
}

function dataOf({ times, values, threshold }: Series): uPlot.AlignedData {
  return threshold === undefined ? [times, values] : [times, values, times.map(() => threshold)];
}

function optionsFor(element: HTMLElement, threshold: number | undefined): uPlot.Options {
  const colour = (name: string): string => colourIn(element, name);
  const axis: uPlot.Axis = {
    stroke: colour('--ink-2'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width: element.clientWidth || 300,
    height: 150,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    // The cloud's time is UTC.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1e-9, high, threshold ?? 0) * 1.12] } },
    axes: [
      { ...axis, size: 28, values: (_plot, ticks) => ticks.map((at) => clockTime(at, ticks)) },
      { ...axis, size: 46, values: (_plot, ticks) => ticks.map(figure) },
    ],
    series: [
      {},
      {
        stroke: colour('--accent'),
        fill: faint(colour('--accent'), 0.13),
        width: 2,
        points: { size: 5, fill: colour('--accent') },
        spanGaps: false,
      },
      ...(threshold === undefined
        ? []
        : [{ stroke: colour('--bad'), width: 1.5, dash: [6, 4], points: { show: false } }]),
    ],
  };
}

/** Of the cloud's time, which is UTC; the day where there are several. */
function clockTime(seconds: number, ticks: number[]): string {
  const text = new Date(seconds * 1000).toISOString();
  const long = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) > 1.5 * 86_400;
  return long ? text.slice(5, 10) : text.slice(11, 16);
}

export function figure(value: number): string {
  if (value >= 1e9) return `${trim(value / 1e9)}G`;
  if (value >= 1e6) return `${trim(value / 1e6)}M`;
  if (value >= 1e4) return `${trim(value / 1e3)}k`;
  return trim(value);
}

function trim(value: number): string {
  return String(Math.round(value * 100) / 100);
}
