import { call } from '../api.ts';
import type { LogLine } from '../live.ts';

interface LogGroup {
  logGroupName: string;
  region: string;
}

const groupsAtOnce = 24;
const linesOfGroup = 200;

export async function logGroups(regions: string[]): Promise<LogGroup[]> {
  const found = await Promise.all(
    regions.map(async (region) => {
      const { logGroups = [] } = await call<{ logGroups?: { logGroupName: string }[] }>(
        'logs',
        'DescribeLogGroups',
        { limit: 50 },
        region,
      );
      return logGroups.map(({ logGroupName }) => ({ logGroupName, region }));
    }),
  );
  return found.flat();
}

/** The newest lines of some groups, oldest first. */
export async function recentLines(groups: LogGroup[], sinceMs: number): Promise<LogLine[]> {
  const found = await Promise.all(
    groups.slice(0, groupsAtOnce).map(async ({ logGroupName, region }) => {
      const { events = [] } = await call<{
        events?: { timestamp?: number; message?: string; logStreamName?: string }[];
      }>('logs', 'FilterLogEvents', { logGroupName, startTime: Math.max(0, Math.round(sinceMs)) }, region);
      return events.slice(-linesOfGroup).map(
        ({ timestamp = 0, message = '', logStreamName = '' }): LogLine => ({
          timeMs: timestamp,
          group: logGroupName,
          stream: logStreamName,
          message: message.trimEnd(),
        }),
      );
    }),
  );
  return found.flat().sort((a, b) => a.timeMs - b.timeMs);
}
