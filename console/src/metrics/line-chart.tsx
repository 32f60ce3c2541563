import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { colourIn, faint } from '../colour.ts';
import { useTheme } from '../theme.ts';

export interface Line {
  label: string;
  values: (number | null)[];
  /** #rrggbb, where a dashboard names one; else the palette's, by its place. */
  colour?: string | undefined;
  /** Measured on the right. */
  right?: boolean;
}

/** A value that is marked across: an alarm's threshold, an annotation. */
export interface Mark {
  value: number;
  label?: string | undefined;
  colour?: string | undefined;
}

export interface Plot {
  /** Seconds since the epoch. */
  times: number[];
  lines: Line[];
  marks?: Mark[];
  /** Moments that are marked, seconds since the epoch. */
  moments?: number[];
  stacked?: boolean;
  min?: number | undefined;
  max?: number | undefined;
  height?: number;
}

export const paletteSize = 8;

/** Lines over time, or areas on one another. What it says in words is the caller's: `about` is what is read out. */
export function LineChart({ plot, about }: { plot: Plot; about: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [theme] = useTheme();
  const height = plot.height ?? 150;
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew when the theme changes
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const drawn = new uPlot(optionsFor(element, plot, height), dataOf(plot), element);
    const watch = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      drawn.destroy();
    };
  }, [plot, theme, height]);
  return (
    <figure className="chart">
      <div ref={box} role="img" aria-label={about} />
    </figure>
  );
}

export function seriesColour(element: HTMLElement, line: Line, index: number): string {
  return line.colour ?? colourIn(element, `--series-${(index % paletteSize) + 1}`);
}

function dataOf({ times, lines, marks = [], stacked }: Plot): uPlot.AlignedData {
  const below = times.map(() => 0);
  const values = lines.map((line) =>
    stacked
      ? line.values.map((value, at) => {
          below[at] = (below[at] ?? 0) + (value ?? 0);
          return below[at] ?? 0;
        })
      : line.values,
  );
  return [times, ...values, ...marks.map(({ value }) => times.map(() => value))] as uPlot.AlignedData;
}

function optionsFor(element: HTMLElement, plot: Plot, height: number): uPlot.Options {
  const { lines, marks = [], stacked, moments = [] } = plot;
  const colour = (name: string): string => colourIn(element, name);
  const axis: uPlot.Axis = {
    stroke: colour('--ink-2'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const colours = lines.map((line, index) => seriesColour(element, line, index));
  const right = lines.some((line) => line.right);
  return {
    width: element.clientWidth || 300,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    // The cloud's time is UTC.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: { y: { range: rangeOf(plot) }, right: { range: rangeOf({ ...plot, min: undefined, max: undefined }) } },
    axes: [
      { ...axis, size: 28, values: (_plot, ticks) => ticks.map((at) => clockTime(at, ticks)) },
      { ...axis, size: 46, values: (_plot, ticks) => ticks.map(figure) },
      ...(right
        ? [
            {
              ...axis,
              scale: 'right',
              side: 1,
              size: 46,
              grid: { show: false },
              values: (_: uPlot, ticks: number[]) => ticks.map(figure),
            },
          ]
        : []),
    ],
    // Each area down to the one below it.
    bands: stacked ? lines.slice(1).map((_, at) => ({ series: [at + 2, at + 1] as [number, number] })) : [],
    series: [
      {},
      ...lines.map((line, at) => ({
        scale: line.right ? 'right' : 'y',
        stroke: colours[at] ?? '',
        width: 2,
        points: {
          size: 5,
          fill: colours[at] ?? '',
          filter: (_: uPlot, __: number, all: boolean) => (all ? null : alone(line.values)),
        },
        spanGaps: false,
        ...(stacked || lines.length === 1 ? { fill: faint(hexAsRgb(colours[at] ?? ''), stacked ? 0.45 : 0.13) } : {}),
      })),
      ...marks.map((mark) => ({
        stroke: mark.colour ?? colour('--bad'),
        width: 1.5,
        dash: [6, 4],
        points: { show: false },
      })),
    ],
    hooks: { draw: [(drawn) => drawMoments(drawn, moments, colour('--ink-2'))] },
  };
}

/** A line has two ends: values between gaps are seen as points alone. */
function alone(values: (number | null)[]): number[] {
  const none = (at: number): boolean => (values[at] ?? null) === null;
  return values.flatMap((_, at) => (!none(at) && none(at - 1) && none(at + 1) ? [at] : []));
}

function rangeOf({ marks = [], min, max }: Pick<Plot, 'marks' | 'min' | 'max'>): uPlot.Range.Function {
  return (_plot, low, high) => {
    const bottom = min ?? Math.min(0, low ?? 0);
    const highest = Math.max(0, high ?? 0, ...marks.map(({ value }) => value));
    const top = max ?? (highest > 0 ? highest * 1.12 : 1);
    return [bottom, top > bottom ? top : bottom + 1];
  };
}

function drawMoments(drawn: uPlot, moments: number[], colour: string): void {
  const { ctx, bbox } = drawn;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([4, 4]);
  for (const moment of moments) {
    const x = drawn.valToPos(moment, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function hexAsRgb(colour: string): string {
  const [, red = '0', green = '0', blue = '0'] = /^#(..)(..)(..)$/.exec(colour) ?? [];
  return colour.startsWith('#')
    ? `rgb(${[red, green, blue].map((two) => Number.parseInt(two, 16)).join(' ')})`
    : colour;
}

/** Of the cloud's time, which is UTC; the day where there are several. */
function clockTime(seconds: number, ticks: number[]): string {
  const text = new Date(seconds * 1000).toISOString();
  const long = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) > 1.5 * 86_400;
  return long ? text.slice(5, 10) : text.slice(11, 16);
}

export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trim(value / 1e9)}G`;
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  return trim(value);
}

function trim(value: number): string {
  return String(Math.round(value * 100) / 100);
}
