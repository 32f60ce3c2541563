import type { Kernel } from '../../../kernel/service.ts';
import type { Alarm } from '../state.ts';

export type HistoryItemType = 'ConfigurationUpdate' | 'StateUpdate' | 'Action';

export interface HistoryRow {
  id: number;
  alarmName: string;
  alarmType: string;
  timestampMs: number;
  itemType: HistoryItemType;
  summary: string;
  data: string;
}

export interface HistoryQuery {
  account: string;
  region: string;
  alarmName: string | undefined;
  itemType: string | undefined;
  alarmTypes: string[];
  fromMs: number;
  toMs: number;
  ascending: boolean;
  offset: number;
  limit: number;
}

/** CloudWatch keeps the history of an alarm for 30 days ("DescribeAlarmHistory", API Reference). */
const keptMs = 30 * 86_400_000;

export function remember(kernel: Kernel, alarm: Alarm, itemType: HistoryItemType, summary: string, data: object): void {
  kernel.store
    .prepare(
      'INSERT INTO cloudwatch_history (account, region, alarmName, alarmType, timestampMs, itemType, summary, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      alarm.account,
      alarm.region,
      alarm.AlarmName,
      alarmTypeOf(alarm),
      kernel.clock.now(),
      itemType,
      summary,
      JSON.stringify(data),
    );
}

export function readHistory(kernel: Kernel, query: HistoryQuery): HistoryRow[] {
  const types = query.alarmTypes.map(() => '?').join(', ');
  const direction = query.ascending ? 'ASC' : 'DESC';
  const sql = `SELECT * FROM cloudwatch_history WHERE account = ? AND region = ? AND timestampMs >= ? AND timestampMs <= ?
    AND alarmName = coalesce(?, alarmName) AND itemType = coalesce(?, itemType) AND alarmType IN (${types})
    ORDER BY timestampMs ${direction}, id ${direction} LIMIT ? OFFSET ?`;
  const values = [
    query.account,
    query.region,
    query.fromMs,
    query.toMs,
    query.alarmName ?? null,
    query.itemType ?? null,
    ...query.alarmTypes,
  ];
  return kernel.store.prepare(sql).all<HistoryRow>(...values, query.limit, query.offset);
}

export function forgetOldHistory(kernel: Kernel): void {
  kernel.store.prepare('DELETE FROM cloudwatch_history WHERE timestampMs < ?').run(kernel.clock.now() - keptMs);
}

export function alarmTypeOf(alarm: Alarm): 'MetricAlarm' | 'CompositeAlarm' {
  return alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm';
}
