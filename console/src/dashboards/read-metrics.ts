import { post } from '../api.ts';
import { labelsOf, type MetricRow } from './widget.ts';

export interface Reading {
  times: number[];
  lines: { id: string; label: string; values: (number | null)[]; colour: string | undefined; right: boolean }[];
}

interface Answer {
  times: number[];
  series: { id: string; label: string; values: (number | null)[] }[];
}

/** The rows' values over the last hours, from each region that they name; those that only feed expressions are left out. */
export async function readRows(rows: MetricRow[], hours: number, whole: boolean): Promise<Reading> {
  const labels = labelsOf(rows);
  const regions = [...new Set(rows.map(({ region }) => region))];
  const answers = await Promise.all(
    regions.map((region) =>
      post<Answer>('metric-data', {
        region,
        hours,
        whole,
        queries: rows.filter((row) => row.region === region).map(queryOf),
      }),
    ),
  );
  const times = [...new Set(answers.flatMap((answer) => answer.times))].sort((a, b) => a - b);
  const lines = answers.flatMap((answer) => {
    const places = new Map(answer.times.map((time, at) => [time, at]));
    return answer.series.map(({ id, label, values }) => {
      const row = rows.find((one) => one.id === id);
      return {
        id,
        // A search gives several series of one row, each with a label of its own.
        label: answer.series.filter((one) => one.id === id).length > 1 ? label : (labels.get(id) ?? label),
        values: times.map((time) => values[places.get(time) ?? -1] ?? null),
        colour: row?.colour,
        right: row?.right ?? false,
      };
    });
  });
  return { times, lines };
}

function queryOf({ id, path, expression, stat, periodSeconds, visible }: MetricRow): object {
  if (expression !== '') return { Id: id, Expression: expression, Period: periodSeconds, ReturnData: visible };
  const [Namespace, MetricName, ...rest] = path;
  const Dimensions = rest.flatMap((Name, at) => (at % 2 === 0 ? [{ Name, Value: rest[at + 1] ?? '' }] : []));
  return {
    Id: id,
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: periodSeconds, Stat: stat },
    ReturnData: visible,
  };
}
