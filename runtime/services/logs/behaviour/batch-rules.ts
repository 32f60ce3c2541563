import { constraintViolation, invalidParameter } from '../errors.ts';
import { expiryMs, type LogGroup } from '../state.ts';

/** "PutLogEvents", CloudWatch Logs API Reference, which all the limits below come from. */
const largestBatchBytes = 1_048_576;
const largestEventBytes = 1_048_576;
const eventOverheadBytes = 26;
const largestBatchEvents = 10_000;
const hourMs = 60 * 60_000;
const longestSpanMs = 24 * hourMs;
const oldestMs = 14 * 24 * hourMs;
const newestMs = 2 * hourMs;

export interface LogEvent {
  timestamp: number;
  message: string;
}

/** What makes the whole batch be refused. */
export function checkBatch(events: LogEvent[]): void {
  if (events.length < 1)
    throw constraintViolation('[]', 'logEvents', 'Member must have length greater than or equal to 1');
  if (events.length > largestBatchEvents)
    throw constraintViolation(
      `[${events.length} events]`,
      'logEvents',
      `Member must have length less than or equal to ${largestBatchEvents}`,
    );
  let total = 0;
  let previous = 0;
  for (const [index, { timestamp, message }] of events.entries()) {
    const where = `logEvents.${index + 1}.member`;
    if (message === '')
      throw constraintViolation('', `${where}.message`, 'Member must have length greater than or equal to 1');
    if (timestamp < 0)
      throw constraintViolation(timestamp, `${where}.timestamp`, 'Member must have value greater than or equal to 0');
    if (timestamp < previous)
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    previous = timestamp;
    const bytes = sizeOf(message);
    if (bytes > largestEventBytes)
      throw invalidParameter(`Log event too large: ${bytes} bytes exceeds limit of ${largestEventBytes}`);
    total += bytes;
  }
  if (total > largestBatchBytes)
    throw invalidParameter(`Upload too large: ${total} bytes exceeds limit of ${largestBatchBytes}`);
  if (previous - (events[0]?.timestamp ?? 0) > longestSpanMs) {
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
}

/** What is kept, and the indexes of what is not: too old, past the group's retention, or in the future. */
export function sortOut(events: LogEvent[], group: LogGroup, nowMs: number) {
  const count = (isOut: (timestamp: number) => boolean): number =>
    events.filter(({ timestamp }) => isOut(timestamp)).length;
  const tooOld = count((timestamp) => timestamp < nowMs - oldestMs);
  const expired = count((timestamp) => timestamp < expiryMs(group, nowMs));
  const tooNew = count((timestamp) => timestamp > nowMs + newestMs);
  const accepted = events.slice(Math.max(tooOld, expired), events.length - tooNew);
  const info = {
    ...(tooNew > 0 ? { tooNewLogEventStartIndex: events.length - tooNew } : {}),
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
  };
  return {
    accepted,
    bytes: accepted.reduce((sum, { message }) => sum + sizeOf(message), 0),
    rejectedLogEventsInfo: Object.keys(info).length > 0 ? info : undefined,
  };
}

export function sizeOf(message: string): number {
  return Buffer.byteLength(message) + eventOverheadBytes;
}
