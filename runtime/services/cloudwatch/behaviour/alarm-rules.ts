import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { constraintViolation, missingParameter, validationError } from '../errors.ts';
import type { MetricDataQuery } from '../state.ts';
import { checkActions } from './alarm-actions.ts';
import { readExpression, searches } from './metric-math/evaluate.ts';
import { checkStatName } from './metric-rules.ts';
import { checkPeriod } from './periods.ts';
import { runQueries } from './queries.ts';
import { checkQueries } from './query-rules.ts';

const operators = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];
const bands = ['LessThanLowerOrGreaterThanUpperThreshold', 'LessThanLowerThreshold', 'GreaterThanUpperThreshold'];

/** "PutMetricAlarm", CloudWatch API Reference. */
export function checkMetricAlarm(ctx: Context, input: PutMetricAlarmCommandInput): void {
  checkAlarmName(input.AlarmName ?? '');
  const operator = input.ComparisonOperator ?? '';
  if (bands.includes(operator))
    throw refused(`cloudwatch PutMetricAlarm ComparisonOperator ${operator}`, 'anomaly detection does not run.');
  if (!operators.includes(operator))
    throw constraintViolation(
      operator,
      'comparisonOperator',
      `Member must satisfy enum value set: [${[...operators, ...bands].join(', ')}]`,
    );
  const treat = input.TreatMissingData;
  if (treat !== undefined && !['breaching', 'notBreaching', 'ignore', 'missing'].includes(treat))
    throw validationError(`Option ${treat} is not supported for parameter TreatMissingData.`);
  if (input.Threshold === undefined) throw missingParameter('Threshold must be specified');
  checkPeriods(input);
  if (input.Metrics && input.Metrics.length > 0) checkMetrics(ctx, input);
  else checkOneMetric(input);
  for (const actions of [input.AlarmActions, input.OKActions, input.InsufficientDataActions])
    checkActions(ctx, actions ?? []);
}

export function checkAlarmName(name: string): void {
  if (name.length < 1 || name.length > 255)
    throw constraintViolation(name, 'alarmName', 'Member must have length between 1 and 255');
}

function checkPeriods({ EvaluationPeriods = 0, DatapointsToAlarm, Period }: PutMetricAlarmCommandInput): void {
  if (EvaluationPeriods < 1)
    throw constraintViolation(
      EvaluationPeriods,
      'evaluationPeriods',
      'Member must have value greater than or equal to 1',
    );
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm < 1)
    throw constraintViolation(
      DatapointsToAlarm,
      'datapointsToAlarm',
      'Member must have value greater than or equal to 1',
    );
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > EvaluationPeriods)
    throw validationError('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  if (Period === undefined) return;
  checkPeriod(Period);
  const days = Period >= 3600 ? 7 : 1;
  if (Period * EvaluationPeriods > days * 86_400) {
    throw validationError(
      `Metrics cannot be checked across more than ${days === 1 ? 'a day' : 'seven days'} (EvaluationPeriods * Period must be <= ${days * 86_400}).`,
    );
  }
}

function checkOneMetric(input: PutMetricAlarmCommandInput): void {
  if (input.MetricName === undefined)
    throw validationError(
      'The parameters MetricName and Metrics.member.N are both missing: exactly one of them must be specified',
    );
  if (input.Namespace === undefined) throw missingParameter('The parameter Namespace is required.');
  if (input.Period === undefined) throw missingParameter('The parameter Period is required.');
  if (input.Statistic !== undefined && input.ExtendedStatistic !== undefined)
    throw validationError('The parameters Statistic and ExtendedStatistic are mutually exclusive.');
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  if (statistic === undefined) throw missingParameter('Must specify either a Statistic or an ExtendedStatistic.');
  checkStatName(statistic, input.Statistic === undefined ? 'ExtendedStatistic' : 'Statistic');
  const low = input.EvaluateLowSampleCountPercentile;
  if (low !== undefined && !['evaluate', 'ignore'].includes(low))
    throw validationError(`Option ${low} is not supported for parameter EvaluateLowSampleCountPercentile.`);
}

function checkMetrics(ctx: Context, input: PutMetricAlarmCommandInput): void {
  for (const name of [
    'MetricName',
    'Namespace',
    'Dimensions',
    'Period',
    'Statistic',
    'ExtendedStatistic',
    'Unit',
  ] as const) {
    const given = input[name];
    if (given !== undefined && !(Array.isArray(given) && given.length === 0)) {
      throw validationError(`The parameters Metrics and ${name} are mutually exclusive.`);
    }
  }
  const queries = (input.Metrics ?? []) as MetricDataQuery[];
  if (queries.length > 20) throw validationError('The collection Metrics must not have a size greater than 20.');
  checkQueries(queries);
  if (queries.filter((query) => query.ReturnData !== false).length !== 1) {
    throw validationError('Exactly one of the metrics must have ReturnData set to true.');
  }
  if (queries.some(({ Expression }) => Expression !== undefined && searches(readExpression(Expression))))
    throw validationError('SEARCH is not supported on Metric Alarms.');
  const toMs = ctx.clock.now();
  const results = runQueries(ctx, {
    account: ctx.account,
    region: ctx.region,
    queries,
    fromMs: toMs - 3_600_000,
    toMs,
  });
  if (results.length !== 1) throw validationError('The expression of an alarm must return a single time series.');
}
