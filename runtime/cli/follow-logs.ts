import { defaultAccount, defaultRegion } from '../kernel/arn.ts';
import { rootOf } from '../kernel/principal.ts';
import type { Kernel } from '../kernel/service.ts';

export interface LogLine {
  time: string;
  group: string;
  stream: string;
  message: string;
}

/** The newest lines of every group whose name holds `group`, then, when following, each as it comes. */
export async function* followLogs(
  kernel: Kernel,
  options: { group: string; follow: boolean; signal: AbortSignal },
): AsyncGenerator<LogLine> {
  const waiting: LogLine[] = [];
  let wake: () => void = () => undefined;
  const stop = kernel.events.on('logs.events', ({ logGroupName, logStreamName, events }) => {
    if (!logGroupName.includes(options.group)) return;
    for (const event of events) waiting.push(lineOf(logGroupName, logStreamName, event));
    waiting.splice(0, Math.max(0, waiting.length - 10_000));
    wake();
  });
  options.signal.addEventListener('abort', () => wake(), { once: true });
  try {
    yield* await recent(kernel, options.group);
    while (options.follow && !options.signal.aborted) {
      while (waiting.length > 0) yield waiting.shift() as LogLine;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (waiting.length > 0 || options.signal.aborted) resolve();
      });
    }
  } finally {
    stop();
  }
}

async function recent(kernel: Kernel, part: string): Promise<LogLine[]> {
  const ctx = kernel.context({ principal: rootOf(defaultAccount), region: defaultRegion });
  const { logGroups = [] } = await ctx.call<{ logGroups?: { logGroupName?: string }[] }>('logs', 'DescribeLogGroups', {
    limit: 50,
  });
  const lines: LogLine[] = [];
  for (const { logGroupName = '' } of logGroups) {
    if (!logGroupName.includes(part)) continue;
    const { events = [] } = await ctx.call<{
      events?: { timestamp?: number; message?: string; logStreamName?: string }[];
    }>('logs', 'FilterLogEvents', { logGroupName });
    for (const event of events.slice(-200)) lines.push(lineOf(logGroupName, event.logStreamName ?? '', event));
  }
  return lines.sort((a, b) => (a.time < b.time ? -1 : 1)).slice(-200);
}

function lineOf(group: string, stream: string, event: { timestamp?: number; message?: string }): LogLine {
  return {
    time: new Date(event.timestamp ?? 0).toISOString(),
    group,
    stream,
    message: (event.message ?? '').trimEnd(),
  };
}
