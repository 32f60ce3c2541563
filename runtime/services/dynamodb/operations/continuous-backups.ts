import type {
  DescribeContinuousBackupsCommandInput,
  RestoreTableToPointInTimeCommandInput,
  UpdateContinuousBackupsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { unlock, unpack } from '../behaviour/encryption.ts';
import { clearJournal, rowsAt } from '../behaviour/journal.ts';
import { restoreInto } from '../behaviour/restore.ts';
import { constraint, tableMissing, validation } from '../errors.ts';
import { findTable, nameOf, type Table, tables } from '../state.ts';

/** "Point-in-time backups": up to 35 days back. */
const mostDays = 35;
const dayMs = 86_400_000;

export function UpdateContinuousBackups(ctx: Context, input: UpdateContinuousBackupsCommandInput) {
  const table = tableOf(ctx, input.TableName);
  const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } = input.PointInTimeRecoverySpecification ?? {};
  if (RecoveryPeriodInDays !== undefined && !PointInTimeRecoveryEnabled) {
    throw validation('Recovery period can only be specified when point in time recovery is enabled');
  }
  const days = RecoveryPeriodInDays ?? table.recovery?.days ?? mostDays;
  const member = 'pointInTimeRecoverySpecification.recoveryPeriodInDays';
  if (days < 1) throw constraint(days, member, 'Member must have value greater than or equal to 1');
  if (days > mostDays) throw constraint(days, member, `Member must have value less than or equal to ${mostDays}`);
  if (!PointInTimeRecoveryEnabled) clearJournal(ctx, table);
  const recovery = PointInTimeRecoveryEnabled
    ? { sinceMs: table.recovery?.sinceMs ?? ctx.clock.now(), days }
    : undefined;
  tables(ctx, table).put(table.TableName, { ...table, recovery });
  return DescribeContinuousBackups(ctx, input);
}

export function DescribeContinuousBackups(ctx: Context, input: DescribeContinuousBackupsCommandInput) {
  const table = tableOf(ctx, input.TableName);
  const { recovery } = table;
  const PointInTimeRecoveryDescription = recovery
    ? {
        PointInTimeRecoveryStatus: 'ENABLED',
        RecoveryPeriodInDays: recovery.days,
        EarliestRestorableDateTime: new Date(earliestOf(ctx, table)),
        LatestRestorableDateTime: new Date(ctx.clock.now()),
      }
    : { PointInTimeRecoveryStatus: 'DISABLED' };
  return { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription } };
}

function tableOf(ctx: Context, name: string | undefined): Table {
  const table = findTable(ctx, ctx, name ?? '');
  if (!table) throw tableMissing(nameOf(name ?? ''));
  return table;
}

function earliestOf(ctx: Context, { recovery }: Table): number {
  return Math.max(recovery?.sinceMs ?? 0, ctx.clock.now() - (recovery?.days ?? 0) * dayMs);
}

export async function RestoreTableToPointInTime(ctx: Context, input: RestoreTableToPointInTimeCommandInput) {
  const source = tableOf(ctx, input.SourceTableArn ?? input.SourceTableName);
  if (!source.recovery) {
    throw new AwsError(
      'PointInTimeRecoveryUnavailableException',
      `Point in time recovery is not enabled for table '${source.TableName}'`,
    );
  }
  const atMs = momentOf(ctx, source, input);
  await unlock(ctx, source);
  return restoreInto(ctx, source, input, {
    *items() {
      for (const cell of rowsAt(ctx, source, atMs)) yield unpack(ctx, source, cell);
    },
    restore: { SourceTableArn: source.TableArn, restoredMs: atMs },
  });
}

function momentOf(ctx: Context, source: Table, input: RestoreTableToPointInTimeCommandInput): number {
  if (input.UseLatestRestorableTime && input.RestoreDateTime) {
    throw validation('Restore Date Time cannot be specified when use latest restorable time is true');
  }
  if (!input.UseLatestRestorableTime && !input.RestoreDateTime) {
    throw validation('Either RestoreDateTime or UseLatestRestorableTime must be specified');
  }
  const atMs = input.RestoreDateTime?.getTime() ?? ctx.clock.now();
  const earliestMs = earliestOf(ctx, source);
  if (atMs + 999 >= earliestMs && atMs <= ctx.clock.now()) return Math.max(atMs, earliestMs);
  throw new AwsError(
    'InvalidRestoreTimeException',
    `Restore time is outside of the valid range: earliest ${new Date(earliestMs).toISOString()}, latest ${new Date(ctx.clock.now()).toISOString()}`,
  );
}
