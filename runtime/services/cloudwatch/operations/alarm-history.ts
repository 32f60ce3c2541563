import type { DescribeAlarmHistoryCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import { readHistory } from '../behaviour/history.ts';
import { constraintViolation, invalidNextToken } from '../errors.ts';
import { cloudTime, formatToken, parseToken } from '../state.ts';

export function DescribeAlarmHistory(ctx: Context, input: DescribeAlarmHistoryCommandInput) {
  const limit = input.MaxRecords ?? 100;
  if (limit < 1 || limit > 100)
    throw constraintViolation(limit, 'maxRecords', 'Member must have value between 1 and 100');
  const offset = input.NextToken === undefined ? 0 : Number(parseToken(input.NextToken));
  if (!Number.isInteger(offset)) throw invalidNextToken();
  const rows = readHistory(ctx, {
    account: ctx.account,
    region: ctx.region,
    alarmName: input.AlarmName,
    itemType: input.HistoryItemType,
    // Without AlarmTypes only metric alarms are given ("DescribeAlarmHistory", API Reference).
    alarmTypes: input.AlarmTypes ?? ['MetricAlarm'],
    fromMs: input.StartDate ? cloudTime(ctx, input.StartDate) : 0,
    toMs: input.EndDate ? cloudTime(ctx, input.EndDate) : Number.MAX_SAFE_INTEGER,
    ascending: input.ScanBy === 'TimestampAscending',
    offset,
    limit: limit + 1,
  });
  return {
    AlarmHistoryItems: rows.slice(0, limit).map((row) => ({
      AlarmName: row.alarmName,
      AlarmType: row.alarmType as 'MetricAlarm' | 'CompositeAlarm',
      Timestamp: new Date(row.timestampMs),
      HistoryItemType: row.itemType,
      HistorySummary: row.summary,
      HistoryData: row.data,
    })),
    NextToken: rows.length > limit ? formatToken(String(offset + limit)) : undefined,
  };
}
