import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { MetricAlarm, StateValue } from '../state.ts';
import { javaNumber } from './java-number.ts';
import type { Verdict } from './missing-data.ts';

const comparisons: Record<string, string> = lookupTable({
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
});

export interface Evaluated {
  /** The points of the range, oldest first. */
  points: { startMs: number; value: number | undefined }[];
  verdict: Verdict;
  treatMissing: string;
}

/** The sentence of an alarm's state change, as CloudWatch writes it. */
export function stateReason(
  alarm: MetricAlarm,
  state: StateValue,
  { points, verdict, treatMissing }: Evaluated,
): string {
  const { filled } = verdict;
  if (state === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${plural(filled, 'datapoint was', 'datapoints were')} unknown.`;
  const treated = `treated as [${treatMissing === 'breaching' ? 'Breaching' : 'NonBreaching'}]`;
  const decided = verdict.points.map((index) => points[index]).filter((point) => point?.value !== undefined);
  if (decided.length === 0) {
    return `Threshold Crossed: no datapoints were received for ${plural(filled, 'period', 'periods')} and ${plural(filled, 'missing datapoint was', 'missing datapoints were')} ${treated}.`;
  }
  const listed = decided
    .map((point) => `${javaNumber(point?.value ?? 0)} (${shortTime(point?.startMs ?? 0)})`)
    .join(', ');
  const not = state === 'OK' ? 'not ' : '';
  const comparison = `${decided.length === 1 ? 'was' : 'were'} ${not}${comparisons[alarm.ComparisonOperator]} the threshold (${javaNumber(alarm.Threshold)})`;
  if (filled > 0 && (treatMissing === 'breaching' || treatMissing === 'notBreaching')) {
    const which = plural(decided.length, 'datapoint', 'datapoints');
    return `Threshold Crossed: ${which} [${listed}] ${comparison} and ${plural(filled, 'missing datapoint was', 'missing datapoints were')} ${treated}.`;
  }
  const of = alarm.EvaluationPeriods;
  const needed = alarm.DatapointsToAlarm ?? of;
  const least = state === 'ALARM' ? needed : of - needed + 1;
  const transition = state === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK';
  return `Threshold Crossed: ${decided.length} out of the last ${of} datapoints [${listed}] ${comparison} (minimum ${plural(least, 'datapoint', 'datapoints')} for ${transition} transition).`;
}

/** The same, for machines ("StateReasonData", MetricAlarm). */
export function stateReasonData(
  alarm: MetricAlarm,
  { points }: Evaluated,
  about: { nowMs: number; period: number },
): string {
  const known = points.filter((point) => point.value !== undefined).slice(-alarm.EvaluationPeriods);
  return JSON.stringify({
    version: '1.0',
    queryDate: longTime(about.nowMs),
    ...(known[0] ? { startDate: longTime(known[0].startMs) } : {}),
    ...(alarm.Statistic ? { statistic: alarm.Statistic } : {}),
    ...(alarm.ExtendedStatistic ? { extendedStatistic: alarm.ExtendedStatistic } : {}),
    ...(alarm.Unit ? { unit: alarm.Unit } : {}),
    period: about.period,
    recentDatapoints: known.map((point) => point.value),
    threshold: alarm.Threshold,
    evaluatedDatapoints: [...known]
      .reverse()
      .map((point) => ({ timestamp: longTime(point.startMs), value: point.value })),
  });
}

/** 2026-11-21T05:00:00.000+0000 */
export function longTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

/** 21/11/26 05:00:00 */
function shortTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
