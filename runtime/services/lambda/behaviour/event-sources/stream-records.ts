import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';

/** A stream record as the function gets it ("Example DynamoDB Streams event"): times in seconds, binary in base64. */
export function eventRecord(record: StreamRecord, streamArn: string): object {
  const { dynamodb = {}, ...rest } = record;
  const { ApproximateCreationDateTime: created, ...change } = dynamodb;
  return plain({
    ...rest,
    dynamodb: { ...(created ? { ApproximateCreationDateTime: Math.floor(created.getTime() / 1000) } : {}), ...change },
    eventSourceARN: streamArn,
  }) as object;
}

/** Bytes become base64 wherever they are; what is undefined is left out. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, plain(member)]),
  );
}

export function sequenceOf(record: StreamRecord): string {
  return record.dynamodb?.SequenceNumber ?? '';
}

export function ageOf(record: StreamRecord, nowMs: number): number {
  return nowMs - (record.dynamodb?.ApproximateCreationDateTime?.getTime() ?? nowMs);
}

/** Records of one item stay in order: they share a lane ("Parallelization factor"). */
export function lanesOf(records: StreamRecord[], lanes: number): StreamRecord[][] {
  if (lanes <= 1) return [records];
  const split = Array.from({ length: lanes }, (): StreamRecord[] => []);
  for (const record of records) split[hash(JSON.stringify(record.dynamodb?.Keys ?? {})) % lanes]?.push(record);
  return split.filter((lane) => lane.length > 0);
}

function hash(text: string): number {
  let value = 0;
  for (let at = 0; at < text.length; at += 1) value = (value * 31 + text.charCodeAt(at)) >>> 0;
  return value;
}
