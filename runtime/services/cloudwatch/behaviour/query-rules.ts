import { refused } from '../../../kernel/errors.ts';
import { validationError } from '../errors.ts';
import type { MetricDataQuery } from '../state.ts';
import { readExpression } from './metric-math/evaluate.ts';
import { checkDimensions, checkStatName, units } from './metric-rules.ts';
import { checkPeriod } from './periods.ts';

/** "MetricDataQuery", CloudWatch API Reference. */
export function checkQueries(queries: MetricDataQuery[]): void {
  if (queries.length < 1) throw validationError('The parameter MetricDataQueries must not be empty.');
  if (queries.length > 500)
    throw validationError('The collection MetricDataQueries must not have a size greater than 500.');
  const ids = new Set<string>();
  for (const query of queries) {
    if (!/^[a-z][A-Za-z0-9_]{0,254}$/.test(query.Id))
      throw validationError(
        `The value ${query.Id} for parameter MetricDataQueries.member.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$`,
      );
    if (ids.has(query.Id))
      throw validationError(`The values for parameter id in MetricDataQueries are not unique: ${query.Id}`);
    ids.add(query.Id);
    if ((query.MetricStat === undefined) === (query.Expression === undefined)) {
      throw validationError(`Exactly one of MetricStat and Expression must be specified for the query ${query.Id}.`);
    }
    if (query.Label?.includes('${')) throw refused('cloudwatch dynamic labels', 'give the label as plain text.');
    if (query.MetricStat) checkMetricStat(query.MetricStat);
    if (query.Expression !== undefined) readExpression(query.Expression);
  }
}

function checkMetricStat(stat: NonNullable<MetricDataQuery['MetricStat']>): void {
  if (!stat.Metric?.MetricName || !stat.Metric.Namespace)
    throw validationError('The parameter MetricStat.Metric must have a Namespace and a MetricName.');
  checkDimensions(stat.Metric.Dimensions ?? [], 'MetricStat.Metric.Dimensions');
  checkStatName(stat.Stat, 'Stat');
  if (![1, 5].includes(stat.Period)) checkPeriod(stat.Period);
  if (stat.Unit !== undefined && !units.has(stat.Unit))
    throw validationError(`The value ${stat.Unit} for parameter MetricStat.Unit is invalid.`);
}
