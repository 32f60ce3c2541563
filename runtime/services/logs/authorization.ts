import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { mergedPolicies } from './behaviour/resource-policies.ts';
import { groupNameIn, groupNameOfArn } from './state.ts';

/**
 * "Actions, resources, and condition keys for Amazon CloudWatch Logs" (Service Authorization Reference). What is asked
 * for is always `log-group:NAME:log-stream:STREAM`, so that policies need the `:*` the documentation tells to write;
 * tagging alone uses the bare ARN.
 */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `logs:${operation}`;
  const text = (name: string): string | undefined => (typeof input[name] === 'string' ? input[name] : undefined);
  const identifier = text('logGroupIdentifier') ?? text('resourceIdentifier');
  const account = parseArn(identifier ?? '')?.account || ctx.account;
  const arnOf = (resource: string): string => formatArn('logs', ctx.region, account, resource);
  const tagged = text('resourceArn');
  if (tagged && groupNameOfArn(tagged) !== undefined)
    return { action, resource: arnOf(`log-group:${groupNameOfArn(tagged)}`) };
  if (withoutResource.has(operation)) return { action, resource: '*' };
  const named = text('logGroupName') !== undefined || identifier !== undefined;
  const name = named ? groupNameIn(ctx, { logGroupName: text('logGroupName'), logGroupIdentifier: identifier }) : '';
  const stream = onStreams.has(operation) ? (text('logStreamName') ?? '') : '';
  return {
    action,
    resource: arnOf(`log-group:${name}:log-stream:${stream}`),
    resourcePolicy: ctx.engine(mergedPolicies).of({ account, region: ctx.region }),
    resourceAccount: account,
  };
}

const onStreams = new Set(['CreateLogStream', 'DeleteLogStream', 'PutLogEvents', 'GetLogEvents']);
const withoutResource = new Set([
  'PutResourcePolicy',
  'DeleteResourcePolicy',
  'DescribeResourcePolicies',
  'TestMetricFilter',
]);
