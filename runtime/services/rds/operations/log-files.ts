import type { DescribeDBLogFilesCommandInput, DownloadDBLogFilePortionCommandInput } from '@aws-sdk/client-rds';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { serverLogs } from '../behaviour/server-logs.ts';
import { invalidParameter } from '../errors.ts';
import { findInstance } from './instances.ts';

/** "up to 1 MB of data in length, up to 10,000 lines" (DownloadDBLogFilePortion). */
const mostBytes = 1024 * 1024;
const mostLines = 10_000;

export function DescribeDBLogFiles(ctx: Context, input: DescribeDBLogFilesCommandInput) {
  const { FilenameContains = '', FileLastWritten = 0, FileSize = 0 } = input;
  const files = ctx
    .engine(serverLogs)
    .files(findInstance(ctx, input.DBInstanceIdentifier))
    .filter(({ name }) => name.includes(FilenameContains))
    .filter(({ lastWrittenMs, sizeBytes }) => lastWrittenMs >= FileLastWritten && sizeBytes >= FileSize);
  return {
    DescribeDBLogFiles: files.map(({ name, sizeBytes, lastWrittenMs }) => ({
      LogFileName: name,
      Size: sizeBytes,
      LastWritten: Math.round(lastWrittenMs),
    })),
  };
}

/**
 * Without a Marker the last lines; with "0" those from the beginning; with an earlier answer's Marker those that follow.
 * Markers are line numbers here.
 */
export function DownloadDBLogFilePortion(ctx: Context, input: DownloadDBLogFilePortionCommandInput) {
  const { LogFileName = '', Marker, NumberOfLines = mostLines } = input;
  const text = ctx.engine(serverLogs).read(findInstance(ctx, input.DBInstanceIdentifier), LogFileName);
  if (text === undefined)
    throw new AwsError('DBLogFileNotFoundFault', `DBLog File: ${LogFileName}, is not found on the DB instance`, {
      status: 404,
    });
  if (Marker !== undefined && !/^\d+$/.test(Marker)) throw invalidParameter(`Invalid marker: ${Marker}`);
  if (NumberOfLines < 1) throw invalidParameter(`Invalid number of lines: ${NumberOfLines}`);
  const lines = text.split('\n').slice(0, -1);
  const wanted = Math.min(NumberOfLines, mostLines);
  const first = Marker === undefined ? Math.max(lines.length - wanted, 0) : Number(Marker);
  const portion: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(first, first + wanted)) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > mostBytes && portion.length > 0) break;
    portion.push(`${line}\n`);
  }
  const end = first + portion.length;
  return { LogFileData: portion.join(''), Marker: String(end), AdditionalDataPending: end < lines.length };
}
