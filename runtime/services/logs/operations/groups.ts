import type {
  AssociateKmsKeyCommandInput,
  CreateLogGroupCommandInput,
  DeleteLogGroupCommandInput,
  DeleteRetentionPolicyCommandInput,
  DescribeLogGroupsCommandInput,
  DisassociateKmsKeyCommandInput,
  ListLogGroupsCommandInput,
  PutLogGroupDeletionProtectionCommandInput,
  PutRetentionPolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkKey } from '../behaviour/encryption-key.ts';
import { eventTable } from '../behaviour/event-table.ts';
import { forgetFilters, metricFilters } from '../behaviour/filters.ts';
import { alreadyExists, constraintViolation, invalidOperation, invalidParameter } from '../errors.ts';
import {
  checkGroupName,
  checkLimit,
  groupArn,
  groupAt,
  groups,
  type LogGroup,
  pageOf,
  retentionDays,
} from '../state.ts';
import { checkTags } from './tags.ts';

export async function CreateLogGroup(ctx: Context, input: CreateLogGroupCommandInput) {
  const name = input.logGroupName ?? '';
  checkGroupName(name);
  checkTags(input.tags ?? {});
  const logGroupClass = input.logGroupClass ?? 'STANDARD';
  if (logGroupClass === 'DELIVERY') throw refused('logs CreateLogGroup logGroupClass DELIVERY');
  if (logGroupClass !== 'STANDARD' && logGroupClass !== 'INFREQUENT_ACCESS') {
    throw constraintViolation(
      logGroupClass,
      'logGroupClass',
      'Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY]',
    );
  }
  if (groups(ctx, ctx).has(name)) throw alreadyExists('log group');
  if (input.kmsKeyId)
    await checkKey(ctx, input.kmsKeyId, groupArn({ region: ctx.region, account: ctx.account, logGroupName: name }));
  if (groups(ctx, ctx).has(name)) throw alreadyExists('log group');
  const group: LogGroup = {
    logGroupName: name,
    id: ctx.engine(eventTable).addGroup(),
    account: ctx.account,
    region: ctx.region,
    creationTime: ctx.clock.now(),
    logGroupClass,
    deletionProtectionEnabled: input.deletionProtectionEnabled ?? false,
    tags: { ...input.tags },
    ...(input.kmsKeyId ? { kmsKeyId: input.kmsKeyId } : {}),
  };
  groups(ctx, ctx).put(name, group);
  return {};
}

export function DeleteLogGroup(ctx: Context, input: DeleteLogGroupCommandInput) {
  const group = groupAt(ctx, input);
  if (group.deletionProtectionEnabled) {
    throw invalidOperation(
      `The log group ${group.logGroupName} has deletion protection enabled. Disable it with PutLogGroupDeletionProtection before you delete the log group.`,
    );
  }
  groups(ctx, group).delete(group.logGroupName);
  forgetFilters(ctx, group);
  ctx.engine(eventTable).deleteGroup(group.id);
  return {};
}

export function DescribeLogGroups(ctx: Context, input: DescribeLogGroupsCommandInput) {
  if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
    throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  }
  const prefix = input.logGroupNamePrefix ?? '';
  const pattern = input.logGroupNamePattern?.toLowerCase() ?? '';
  const found = groups(ctx, ctx)
    .values()
    .filter((group) => group.logGroupName.startsWith(prefix) && group.logGroupName.toLowerCase().includes(pattern))
    .filter((group) => input.logGroupClass === undefined || group.logGroupClass === input.logGroupClass)
    .filter((group) => named(group, input.logGroupIdentifiers));
  const page = pageOf(found, (group) => group.logGroupName, {
    limit: checkLimit(input.limit, 50),
    nextToken: input.nextToken,
  });
  return { logGroups: page.items.map((group) => describe(ctx, group)), nextToken: page.nextToken };
}

function named(group: LogGroup, identifiers: string[] | undefined): boolean {
  if (!identifiers || identifiers.length === 0) return true;
  const arn = groupArn(group);
  return identifiers.some((identifier) => [group.logGroupName, arn, `${arn}:*`].includes(identifier));
}

function describe(ctx: Context, group: LogGroup) {
  return {
    logGroupName: group.logGroupName,
    creationTime: group.creationTime,
    retentionInDays: group.retentionInDays,
    metricFilterCount: metricFilters(ctx, group).length,
    arn: `${groupArn(group)}:*`,
    storedBytes: ctx.engine(eventTable).storedBytes(group.id),
    kmsKeyId: group.kmsKeyId,
    logGroupClass: group.logGroupClass,
    logGroupArn: groupArn(group),
    deletionProtectionEnabled: group.deletionProtectionEnabled,
  };
}

/** The pattern is a regular expression's little sister: text, or text anchored by `^` ("ListLogGroups", API Reference). */
export function ListLogGroups(ctx: Context, input: ListLogGroupsCommandInput) {
  const pattern = input.logGroupNamePattern ?? '';
  if (pattern !== '' && !/^(\^?[.\-_/#A-Za-z0-9]{3,24})(\|\^?[.\-_/#A-Za-z0-9]{3,24}){0,4}$/.test(pattern)) {
    throw constraintViolation(
      pattern,
      'logGroupNamePattern',
      'Member must satisfy regular expression pattern: (\\^?[\\.\\-_\\/#A-Za-z0-9]{3,24})(\\|\\^?[\\.\\-_\\/#A-Za-z0-9]{3,24}){0,4}',
    );
  }
  const parts = pattern.split('|');
  const matches = (name: string): boolean =>
    parts.some((part) => (part.startsWith('^') ? name.startsWith(part.slice(1)) : name.includes(part)));
  const found = groups(ctx, ctx)
    .values()
    .filter(
      (group) =>
        matches(group.logGroupName) &&
        (input.logGroupClass === undefined || group.logGroupClass === input.logGroupClass),
    );
  const limit = Math.min(input.limit ?? 50, checkLimit(input.limit, 1000));
  const page = pageOf(found, (group) => group.logGroupName, { limit, nextToken: input.nextToken });
  return {
    logGroups: page.items.map((group) => ({
      logGroupName: group.logGroupName,
      logGroupArn: groupArn(group),
      logGroupClass: group.logGroupClass,
    })),
    nextToken: page.nextToken,
  };
}

export function PutRetentionPolicy(ctx: Context, input: PutRetentionPolicyCommandInput) {
  const group = groupAt(ctx, input);
  const days = input.retentionInDays ?? 0;
  if (!retentionDays.includes(days)) {
    throw constraintViolation(
      days,
      'retentionInDays',
      `Member must satisfy enum value set: [${retentionDays.join(', ')}]`,
    );
  }
  groups(ctx, group).put(group.logGroupName, { ...group, retentionInDays: days });
  return {};
}

export function DeleteRetentionPolicy(ctx: Context, input: DeleteRetentionPolicyCommandInput) {
  const { retentionInDays: _days, ...group } = groupAt(ctx, input);
  groups(ctx, group).put(group.logGroupName, group);
  return {};
}

export function PutLogGroupDeletionProtection(ctx: Context, input: PutLogGroupDeletionProtectionCommandInput) {
  const group = groupAt(ctx, { logGroupIdentifier: input.logGroupIdentifier });
  groups(ctx, group).put(group.logGroupName, {
    ...group,
    deletionProtectionEnabled: input.deletionProtectionEnabled ?? false,
  });
  return {};
}

export async function AssociateKmsKey(ctx: Context, input: AssociateKmsKeyCommandInput) {
  const group = groupAt(ctx, groupOfKey(input));
  await checkKey(ctx, input.kmsKeyId ?? '', groupArn(group));
  const now = groupAt(ctx, group);
  groups(ctx, now).put(now.logGroupName, { ...now, kmsKeyId: input.kmsKeyId ?? '' });
  return {};
}

export function DisassociateKmsKey(ctx: Context, input: DisassociateKmsKeyCommandInput) {
  const { kmsKeyId: _key, ...group } = groupAt(ctx, groupOfKey(input));
  groups(ctx, group).put(group.logGroupName, group);
  return {};
}

/** The other resource a key can be given to, query results, belongs to Insights, which is refused. */
function groupOfKey(input: { logGroupName?: string | undefined; resourceIdentifier?: string | undefined }) {
  if (input.resourceIdentifier?.includes(':query-result:'))
    throw refused('logs AssociateKmsKey of query results', 'CloudWatch Logs Insights does not run.');
  return { logGroupName: input.logGroupName, logGroupIdentifier: input.resourceIdentifier };
}
