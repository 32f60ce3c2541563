import type {
  DeleteMetricFilterCommandInput,
  DescribeMetricFiltersCommandInput,
  PutMetricFilterCommandInput,
  TestMetricFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../../kernel/service.ts';
import { compileFilter } from '../behaviour/filter-pattern/filter.ts';
import {
  filtersOf,
  keepFilters,
  type MetricFilter,
  type MetricTransformation,
  metricFilters,
} from '../behaviour/filters.ts';
import { constraintViolation, filterNotFound, invalidOperation, invalidParameter, limitExceeded } from '../errors.ts';
import { checkLimit, groupAt, groups, pageOf } from '../state.ts';

/** "PutMetricFilter": a group has at most 100. */
const mostFilters = 100;

export function PutMetricFilter(ctx: Context, input: PutMetricFilterCommandInput) {
  const group = groupAt(ctx, input);
  if (group.logGroupClass !== 'STANDARD')
    throw invalidOperation('Metric filters are not supported for log groups with the INFREQUENT_ACCESS log class.');
  const filterName = input.filterName ?? '';
  checkFilterName(filterName);
  compileFilter(input.filterPattern ?? '');
  const transformations = (input.metricTransformations ?? []) as MetricTransformation[];
  if (transformations.length !== 1)
    throw constraintViolation(
      `[${transformations.length} transformations]`,
      'metricTransformations',
      'Member must have length equal to 1',
    );
  for (const transformation of transformations) checkTransformation(transformation);
  const filters = filtersOf(ctx, group);
  const existing = filters.metric[filterName];
  if (!existing && Object.keys(filters.metric).length >= mostFilters) throw limitExceeded();
  const filter: MetricFilter = {
    filterName,
    filterPattern: input.filterPattern ?? '',
    logGroupName: group.logGroupName,
    creationTime: existing?.creationTime ?? ctx.clock.now(),
    metricTransformations: transformations,
  };
  keepFilters(ctx, group, { ...filters, metric: { ...filters.metric, [filterName]: filter } });
  return {};
}

export function DeleteMetricFilter(ctx: Context, input: DeleteMetricFilterCommandInput) {
  const group = groupAt(ctx, input);
  const filters = filtersOf(ctx, group);
  const { [input.filterName ?? '']: gone, ...metric } = filters.metric;
  if (!gone) throw filterNotFound('metric');
  keepFilters(ctx, group, { ...filters, metric });
  return {};
}

export function DescribeMetricFilters(ctx: Context, input: DescribeMetricFiltersCommandInput) {
  if ((input.metricName === undefined) !== (input.metricNamespace === undefined)) {
    throw invalidParameter('Must specify both metricName and metricNamespace, or neither of them.');
  }
  const of = input.logGroupName === undefined ? groups(ctx, ctx).values() : [groupAt(ctx, input)];
  const prefix = input.filterNamePrefix ?? '';
  const found = of
    .flatMap((group) => metricFilters(ctx, group))
    .filter((filter) => filter.filterName.startsWith(prefix))
    .filter(
      (filter) =>
        input.metricName === undefined ||
        filter.metricTransformations.some(
          (to) => to.metricName === input.metricName && to.metricNamespace === input.metricNamespace,
        ),
    );
  const key = (filter: MetricFilter): string => `${filter.logGroupName}\n${filter.filterName}`;
  found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = pageOf(found, key, { limit: checkLimit(input.limit, 50), nextToken: input.nextToken });
  return { metricFilters: page.items, nextToken: page.nextToken };
}

export function TestMetricFilter(_ctx: Context, input: TestMetricFilterCommandInput) {
  const filter = compileFilter(input.filterPattern ?? '');
  const messages = input.logEventMessages ?? [];
  if (messages.length < 1 || messages.length > 50)
    throw constraintViolation(
      `[${messages.length} messages]`,
      'logEventMessages',
      'Member must have length between 1 and 50',
    );
  const matches = messages.flatMap((eventMessage, index) => {
    if (!filter.matches(eventMessage)) return [];
    const field = filter.fields(eventMessage);
    const extracted = filter.selectors.flatMap((selector) => {
      const value = field(selector);
      return value === undefined ? [] : [[selector, value] as const];
    });
    return [{ eventNumber: index + 1, eventMessage, extractedValues: Object.fromEntries(extracted) }];
  });
  return { matches };
}

export function checkFilterName(name: string): void {
  if (name.length < 1 || name.length > 512)
    throw constraintViolation(name, 'filterName', 'Member must have length between 1 and 512');
  if (/[:*]/.test(name))
    throw constraintViolation(name, 'filterName', 'Member must satisfy regular expression pattern: [^:*]*');
}

/** "MetricTransformation", API Reference: a number or a selector; three dimensions at most, and then no default value. */
function checkTransformation({
  metricName,
  metricNamespace,
  metricValue,
  defaultValue,
  dimensions = {},
}: MetricTransformation): void {
  for (const [member, text] of Object.entries({ metricName, metricNamespace, metricValue }))
    if (text === undefined)
      throw invalidParameter(
        `1 validation error detected: Value null at 'metricTransformations.1.member.${member}' failed to satisfy constraint: Member must not be null`,
      );
  for (const [member, text] of Object.entries({ metricName, metricNamespace })) {
    if (text.length > 255 || /[:*$]/.test(text))
      throw constraintViolation(
        text,
        `metricTransformations.1.member.${member}`,
        'Member must satisfy regular expression pattern: [^:*$]*',
      );
  }
  const number = metricValue.trim() !== '' && Number.isFinite(Number(metricValue));
  if (!number && !/^\$\S+$/.test(metricValue)) throw invalidParameter(`Invalid metric value: ${metricValue}`);
  const count = Object.keys(dimensions).length;
  if (count > 3) throw invalidParameter('At most 3 dimensions can be assigned to a metric transformation.');
  if (count > 0 && defaultValue !== undefined)
    throw invalidParameter(
      'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
    );
  for (const selector of Object.values(dimensions))
    if (!selector.startsWith('$'))
      throw invalidParameter(
        `Invalid metric transformation: the value of a dimension must be a field, such as $.name, and not ${selector}.`,
      );
}
