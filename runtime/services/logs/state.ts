import { formatArn, parseArn } from '../../kernel/arn.ts';
import { pageAfter } from '../../kernel/pages.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { constraintViolation, groupNotFound, invalidParameter } from './errors.ts';

/** A log group as configured; AWS's member names. Its streams and events are in tables of their own. */
export interface LogGroup {
  logGroupName: string;
  /** Key of its rows in the tables; a group of the same name made later has another. */
  id: number;
  account: string;
  region: string;
  creationTime: number;
  logGroupClass: 'STANDARD' | 'INFREQUENT_ACCESS';
  retentionInDays?: number;
  kmsKeyId?: string;
  deletionProtectionEnabled: boolean;
  tags: Record<string, string>;
}

const dayMs = 24 * 60 * 60_000;

/** "PutRetentionPolicy", CloudWatch Logs API Reference. */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function groups(kernel: Kernel, scope: Scope): Collection<LogGroup> {
  return kernel.store.collection<LogGroup>('logs.groups', scope);
}

/** Without the `:*` that most places add. */
export function groupArn(group: { region: string; account: string; logGroupName: string }): string {
  return formatArn('logs', group.region, group.account, `log-group:${group.logGroupName}`);
}

/** What names a group in an input: its name, or an identifier that is a name or an ARN. */
export interface GroupReference {
  logGroupName?: string | undefined;
  logGroupIdentifier?: string | undefined;
}

export function groupNameIn(ctx: Context, input: GroupReference): string {
  if (input.logGroupName !== undefined && input.logGroupIdentifier !== undefined) {
    throw invalidParameter('LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  }
  const text = input.logGroupName ?? input.logGroupIdentifier;
  if (!text) throw invalidParameter('Must specify a value for either logGroupName or logGroupIdentifier.');
  const arn = parseArn(text);
  if (!arn) return text;
  const name = groupNameOfArn(text);
  if (name === undefined || arn.region !== ctx.region)
    throw invalidParameter('The specified log group identifier is invalid.');
  return name;
}

export function groupAt(ctx: Context, input: GroupReference): LogGroup {
  const text = input.logGroupName ?? input.logGroupIdentifier ?? '';
  const name = groupNameIn(ctx, input);
  const group = groups(ctx, { account: parseArn(text)?.account || ctx.account, region: ctx.region }).get(name);
  if (!group) throw groupNotFound();
  return group;
}

/** arn:aws:logs:region:account:log-group:NAME with or without `:*` or a stream behind. */
export function groupNameOfArn(arn: string): string | undefined {
  return /^log-group:([^:]+)(?::.*)?$/.exec(parseArn(arn)?.resource ?? '')?.[1];
}

/** Events before this moment are past the group's retention and are not shown any more. */
export function expiryMs(group: LogGroup, nowMs: number): number {
  return group.retentionInDays === undefined ? Number.MIN_SAFE_INTEGER : nowMs - group.retentionInDays * dayMs;
}

export function checkGroupName(name: string): void {
  if (name.length < 1 || name.length > 512) {
    throw constraintViolation(
      name,
      'logGroupName',
      `Member must have length ${name.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 512'}`,
    );
  }
  if (!/^[.\-_/#A-Za-z0-9]+$/.test(name)) {
    throw constraintViolation(
      name,
      'logGroupName',
      'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+',
    );
  }
  if (name.startsWith('aws/')) throw invalidParameter('Log groups starting with aws/ are reserved for AWS.');
}

export function checkStreamName(name: string): void {
  if (name.length < 1 || name.length > 512) {
    throw constraintViolation(
      name,
      'logStreamName',
      `Member must have length ${name.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 512'}`,
    );
  }
  if (/[:*]/.test(name))
    throw constraintViolation(name, 'logStreamName', 'Member must satisfy regular expression pattern: [^:*]*');
}

/** Whole number between the two, or AWS's sentence. */
export function checkLimit(limit: number | undefined, most: number): number {
  if (limit === undefined) return most;
  if (limit < 1) throw constraintViolation(limit, 'limit', 'Member must have value greater than or equal to 1');
  if (limit > most) throw constraintViolation(limit, 'limit', `Member must have value less than or equal to ${most}`);
  return limit;
}

/** One page of what is sorted by `key`. */
export function pageOf<T>(
  sorted: T[],
  key: (item: T) => string,
  { limit, nextToken }: { limit: number; nextToken?: string | undefined },
) {
  const unknown = () => invalidParameter('The specified nextToken is invalid.');
  const { items, next } = pageAfter(sorted, key, { token: nextToken, size: limit, unknown });
  return { items, nextToken: next };
}

/**
 * A client outside the cloud knows only the machine's time. Once time was wound by more than the 15 minutes that its
 * signature may be off, what it says is read as the moment it means; below that, clocks are near enough.
 */
export function cloudTime(ctx: Context, clientMs: number): number {
  const knowsTheMachineOnly = ctx.http !== undefined && Math.abs(ctx.clock.offset()) > 15 * 60_000;
  return knowsTheMachineOnly ? ctx.clock.interpret(clientMs) : clientMs;
}
