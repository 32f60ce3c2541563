import type { Readable } from 'node:stream';

/** CloudWatch Logs takes events of up to 256 KB; what is longer arrives in pieces ("CloudWatch Logs quotas"). */
const LONGEST_LINE_BYTES = 256 * 1024;
const NEWLINE = 10;

/** Calls `onLine` for every line of a stream, without its end; resolves when the stream has ended. */
export function eachLine(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (!stream) return Promise.resolve();
  let held: Buffer[] = [];
  let heldBytes = 0;
  const give = (): void => {
    if (heldBytes === 0) return;
    onLine(Buffer.concat(held, heldBytes).toString('utf8'));
    held = [];
    heldBytes = 0;
  };
  const hold = (part: Buffer): void => {
    if (heldBytes + part.length > LONGEST_LINE_BYTES) give();
    held.push(part);
    heldBytes += part.length;
  };
  stream.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      hold(chunk.subarray(start, end));
      give();
      start = end + 1;
    }
    if (start < chunk.length) hold(chunk.subarray(start));
  });
  return new Promise((resolve) => {
    const end = (): void => {
      give();
      resolve();
    };
    stream.once('end', end);
    stream.once('error', end);
    stream.once('close', end);
  });
}
