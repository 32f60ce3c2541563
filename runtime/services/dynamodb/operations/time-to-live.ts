import type { DescribeTimeToLiveCommandInput, UpdateTimeToLiveCommandInput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import { unlock } from '../behaviour/encryption.ts';
import { reindexExpiry } from '../behaviour/time-to-live.ts';
import { constraint, validation } from '../errors.ts';
import { type Table, tables } from '../state.ts';
import { tableNamed } from './tables.ts';

export function UpdateTimeToLive(ctx: Context, input: UpdateTimeToLiveCommandInput) {
  const table = tableNamed(ctx, input.TableName);
  const { AttributeName = '', Enabled = false } = input.TimeToLiveSpecification ?? {};
  if (AttributeName === '') {
    throw constraint('', 'timeToLiveSpecification.attributeName', 'Member must have length greater than or equal to 1');
  }
  checkChange(table, AttributeName, Enabled);
  const change = () => {
    const timeToLive = { AttributeName, Enabled };
    const changed = { ...tableNamed(ctx, input.TableName), timeToLive };
    tables(ctx, changed).put(changed.TableName, changed);
    reindexExpiry(ctx, changed);
    return { TimeToLiveSpecification: { AttributeName, Enabled } };
  };
  const locked = unlock(ctx, table);
  return locked ? locked.then(change) : change();
}

function checkChange({ timeToLive: now }: Table, name: string, enabled: boolean): void {
  if (enabled && now?.Enabled) {
    if (now.AttributeName === name) throw validation('TimeToLive is already enabled');
    throw validation(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${now.AttributeName}`,
    );
  }
  if (enabled) return;
  if (!now?.Enabled) throw validation('TimeToLive is already disabled');
  if (now.AttributeName !== name) {
    throw validation(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${now.AttributeName}`,
    );
  }
}

export function DescribeTimeToLive(ctx: Context, input: DescribeTimeToLiveCommandInput) {
  const { timeToLive } = tableNamed(ctx, input.TableName);
  if (!timeToLive?.Enabled) return { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } };
  return { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.AttributeName } };
}
