import type {
  DeleteSubscriptionFilterCommandInput,
  DescribeSubscriptionFiltersCommandInput,
  PutSubscriptionFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { compileFilter } from '../behaviour/filter-pattern/filter.ts';
import { filtersOf, keepFilters, type SubscriptionFilter, subscriptionFilters } from '../behaviour/filters.ts';
import { invoke } from '../behaviour/subscriptions.ts';
import { filterNotFound, invalidOperation, invalidParameter, limitExceeded } from '../errors.ts';
import { checkLimit, groupAt, type LogGroup, pageOf } from '../state.ts';
import { checkFilterName } from './metric-filters.ts';

/** "CloudWatch Logs quotas": a group has at most two. */
const mostFilters = 2;

export async function PutSubscriptionFilter(ctx: Context, input: PutSubscriptionFilterCommandInput) {
  const group = groupAt(ctx, input);
  if (group.logGroupClass !== 'STANDARD')
    throw invalidOperation(
      'Subscription filters are not supported for log groups with the INFREQUENT_ACCESS log class.',
    );
  const filterName = input.filterName ?? '';
  checkFilterName(filterName);
  compileFilter(input.filterPattern ?? '');
  const before = filtersOf(ctx, group).subscription;
  if (!before[filterName] && Object.keys(before).length >= mostFilters) throw limitExceeded();
  const destinationArn = input.destinationArn ?? '';
  await checkDestination(ctx, group, destinationArn, input.roleArn);
  const filter: SubscriptionFilter = {
    filterName,
    filterPattern: input.filterPattern ?? '',
    logGroupName: group.logGroupName,
    destinationArn,
    distribution: input.distribution ?? 'ByLogStream',
    creationTime: before[filterName]?.creationTime ?? ctx.clock.now(),
  };
  const filters = filtersOf(ctx, groupAt(ctx, input));
  keepFilters(ctx, group, { ...filters, subscription: { ...filters.subscription, [filterName]: filter } });
  return {};
}

/** A function must let CloudWatch Logs in before the filter is taken, which AWS also tries. */
async function checkDestination(
  ctx: Context,
  group: LogGroup,
  arn: string,
  roleArn: string | undefined,
): Promise<void> {
  const parsed = parseArn(arn);
  if (!parsed) throw invalidParameter('Invalid destination ARN.');
  if (parsed.service !== 'lambda')
    throw refused(
      `logs PutSubscriptionFilter destinationArn of ${parsed.service}`,
      'subscription filters deliver to Lambda functions.',
    );
  if (!ctx.engine(registry).services.has('lambda'))
    throw refused('logs PutSubscriptionFilter', 'the lambda service does not run.');
  if (roleArn !== undefined)
    throw invalidParameter('Invalid request: roleArn must not be given for destinations of type AWS Lambda.');
  try {
    await invoke(ctx, group, { FunctionName: arn, InvocationType: 'DryRun' });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw invalidParameter(
      'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
    );
  }
}

export function DeleteSubscriptionFilter(ctx: Context, input: DeleteSubscriptionFilterCommandInput) {
  const group = groupAt(ctx, input);
  const filters = filtersOf(ctx, group);
  const { [input.filterName ?? '']: gone, ...subscription } = filters.subscription;
  if (!gone) throw filterNotFound('subscription');
  keepFilters(ctx, group, { ...filters, subscription });
  return {};
}

export function DescribeSubscriptionFilters(ctx: Context, input: DescribeSubscriptionFiltersCommandInput) {
  const prefix = input.filterNamePrefix ?? '';
  const found = subscriptionFilters(ctx, groupAt(ctx, input)).filter((filter) => filter.filterName.startsWith(prefix));
  const page = pageOf(found, (filter) => filter.filterName, {
    limit: checkLimit(input.limit, 50),
    nextToken: input.nextToken,
  });
  return { subscriptionFilters: page.items, nextToken: page.nextToken };
}
