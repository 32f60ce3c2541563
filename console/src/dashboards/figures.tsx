import { figure } from '../metrics/line-chart.tsx';
import type { Reading } from './read-metrics.ts';

type Line = Reading['lines'][number];

export function lastOf({ values }: Pick<Line, 'values'>): number | undefined {
  return values.findLast((value) => value !== null) ?? undefined;
}

export function swatchOf({ colour }: Line, index: number): { background: string } {
  return { background: colour ?? `var(--series-${(index % 8) + 1})` };
}

/** singleValue: the newest of each. */
export function Singles({ lines }: { lines: Line[] }) {
  return (
    <dl className="singles">
      {lines.map((line, index) => (
        <div key={`${line.id} ${line.label}`}>
          <dt>
            <i className="swatch" style={swatchOf(line, index)} /> {line.label}
          </dt>
          <dd>{shown(lastOf(line))}</dd>
        </div>
      ))}
    </dl>
  );
}

/** bar: the newest of each, beside one another. */
export function Bars({ lines }: { lines: Line[] }) {
  const most = Math.max(1e-9, ...lines.map((line) => lastOf(line) ?? 0));
  return (
    <ul className="bars">
      {lines.map((line, index) => (
        <li key={`${line.id} ${line.label}`}>
          <span>{line.label}</span>
          <span className="bar-track" aria-hidden="true">
            <i style={{ ...swatchOf(line, index), width: `${(Math.max(0, lastOf(line) ?? 0) / most) * 100}%` }} />
          </span>
          <strong>{shown(lastOf(line))}</strong>
        </li>
      ))}
    </ul>
  );
}

/** gauge: where the newest is between the least and the most of its axis. */
export function Gauges({ lines, min, max }: { lines: Line[]; min: number; max: number }) {
  return (
    <div className="gauges">
      {lines.map((line, index) => {
        const value = lastOf(line);
        const part = Math.min(1, Math.max(0, ((value ?? min) - min) / (max - min || 1)));
        return (
          <figure key={`${line.id} ${line.label}`}>
            <svg viewBox="0 0 100 58" role="img" aria-label={`${line.label}: ${shown(value)} of ${figure(max)}`}>
              <path d="M8 52a42 42 0 0 1 84 0" className="gauge-track" pathLength="1" />
              <path
                d="M8 52a42 42 0 0 1 84 0"
                className="gauge-part"
                pathLength="1"
                style={{ stroke: swatchOf(line, index).background, strokeDasharray: `${part} 2` }}
              />
              <text x="50" y="50" textAnchor="middle">
                {shown(value)}
              </text>
            </svg>
            <figcaption>{line.label}</figcaption>
          </figure>
        );
      })}
    </div>
  );
}

/** pie: shares of the sum of the newest. */
export function Pie({ lines }: { lines: Line[] }) {
  const values = lines.map((line) => Math.max(0, lastOf(line) ?? 0));
  const sum = values.reduce((all, value) => all + value, 0);
  let begun = 0;
  return (
    <div className="pie">
      <svg viewBox="0 0 42 42" role="img" aria-label={`Shares of ${figure(sum)}`}>
        {lines.map((line, index) => {
          const share = sum === 0 ? 0 : ((values[index] ?? 0) / sum) * 100;
          const from = begun;
          begun += share;
          return (
            <circle
              key={`${line.id} ${line.label}`}
              cx="21"
              cy="21"
              r="15.9155"
              style={{
                stroke: swatchOf(line, index).background,
                strokeDasharray: `${share} ${100 - share}`,
                strokeDashoffset: 25 - from,
              }}
            />
          );
        })}
      </svg>
      <ul>
        {lines.map((line, index) => (
          <li key={`${line.id} ${line.label}`}>
            <i className="swatch" style={swatchOf(line, index)} /> {line.label}{' '}
            <strong>{sum === 0 ? '–' : `${Math.round(((values[index] ?? 0) / sum) * 100)}%`}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** table: newest, least, most and sum of each. */
export function FigureTable({ lines }: { lines: Line[] }) {
  return (
    <table className="figure-table">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Newest</th>
          <th scope="col">Least</th>
          <th scope="col">Most</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => {
          const known = line.values.filter((value) => value !== null);
          return (
            <tr key={`${line.id} ${line.label}`}>
              <th scope="row">{line.label}</th>
              <td>{shown(lastOf(line))}</td>
              <td>{shown(known.length > 0 ? Math.min(...known) : undefined)}</td>
              <td>{shown(known.length > 0 ? Math.max(...known) : undefined)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export function shown(value: number | undefined): string {
  return value === undefined ? '–' : figure(value);
}
