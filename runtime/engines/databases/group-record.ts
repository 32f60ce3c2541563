import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerCertificate } from './certificate.ts';
import type { EngineName } from './engine.ts';

/** What of a group of databases outlives the runtime, beside the data: above all, who the writer is. */
export interface GroupRecord {
  /** Those of before there were others are PostgreSQL. */
  engine?: EngineName;
  writer: string;
  members: string[];
  parameters: Record<string, string>;
  forceSsl: boolean;
  /** Whether the log is archived, for point-in-time recovery. */
  archiving?: boolean | undefined;
  /** Another group, of which this one is a copy that follows it without its commits waiting. */
  follows?: string | undefined;
  /** Parameters of one member alone. */
  own?: Record<string, Record<string, string>>;
  certificate: ServerCertificate;
}

export function readGroup(folder: string): GroupRecord | undefined {
  const file = join(folder, 'group.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as GroupRecord) : undefined;
}

/** On disk when it returns: a promoted writer may take writes only once nobody would start its predecessor instead. */
export function writeGroup(folder: string, record: GroupRecord): void {
  const file = join(folder, 'group.json');
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  writeSync(descriptor, JSON.stringify(record));
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${file}.new`, file);
}
