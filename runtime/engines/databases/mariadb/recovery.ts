import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive, Base } from '../archive.ts';
import type { BasePosition, Recovery, Target } from '../engine.ts';
import type { GroupHost } from '../group-contract.ts';
import type { ServerProcess } from '../server-process.ts';
import type { MariadbBinaries } from './binaries.ts';
import { endOf, firstEvent, type Stamps, type Until } from './binary-log.ts';
import { copiedAt, copyData, forgetPosition } from './data-directory.ts';
import {
  endOfEra,
  erasOf,
  filesOf,
  forgetNoted,
  keep,
  type Noted,
  notedOf,
  type Position,
  placeOf,
  segmentName,
} from './log-archive.ts';
import { type Part, replay } from './replay.ts';

/** Of a copy just made, which tells; or of databases that never ran, whose log begins with the first of the archive. */
export async function base(folder: string, server: ServerProcess | undefined, archive: Archive): Promise<BasePosition> {
  const eras = erasOf(archive);
  const place = server ? placeOf(copiedAt(folder)) : eras[0]?.from;
  if (!place) throw new Error('the log of these databases is not archived');
  // So that what is before it can go one day.
  if (server) await server.query('FLUSH BINARY LOGS');
  forgetNoted(archive);
  const era = server ? eras.length : 1;
  return { position: `${era} ${place.file} ${place.offset}`, segment: segmentName(era, place.file) };
}

/** Bytes of log since a position; of another server's, all that this one has. */
export async function writtenSince(server: ServerProcess, position: string, archive: Archive): Promise<number> {
  const [era = 1, file = 0, offset = 0] = position.split(' ').map(Number);
  // As where the data folder was copied: files by two names are two files then.
  if (erasOf(archive).some(({ apart }, index) => apart && index >= era)) return Number.POSITIVE_INFINITY;
  const logs = (await server.query('SHOW BINARY LOGS')).map((row) => ({
    ...placeOf({ File: row.Log_name ?? '', Position: row.File_size ?? '' }),
  }));
  const bytes = logs.filter((log) => log.file >= file).reduce((sum, log) => sum + log.offset, -offset);
  return bytes >= 0 ? bytes : logs.reduce((sum, log) => sum + log.offset, 0);
}

/**
 * The databases as they were at a moment: the last base backup before it, and what the binary log has from there until then,
 * run by the client again ("Using mariadb-binlog", MariaDB documentation).
 */
export function recover(binaries: MariadbBinaries, host: GroupHost, recovery: Recovery): Promise<void> {
  return recovery.archive.reading(async () => {
    const { archive, live, target, to } = recovery;
    const { clock } = host;
    const now = { cloudMs: clock.now(), machineMs: clock.now() - clock.offset() };
    if (live !== undefined) keep(archive, live, now);
    const from = archive.bases().findLast(({ cloudMs }) => target === undefined || cloudMs <= target.cloudMs);
    if (!from) throw new Error('there is no backup from before that moment');
    const parts = await partsOf(archive, from, target);
    const making = `${to}.making`;
    rmSync(making, { recursive: true, force: true });
    await copyData(from.folder, making);
    forgetPosition(making);
    await replay(binaries, host, { folder: making, options: join(archive.log, 'options'), parts });
    rmSync(to, { recursive: true, force: true });
    renameSync(making, to);
  });
}

/** What of the log leads from a base to a moment. */
async function partsOf(archive: Archive, base: Base, target: Target | undefined): Promise<Part[]> {
  const [era = 1, file = 1, offset = firstEvent] = base.position.split(' ').map(Number);
  const eras = erasOf(archive);
  const limit = limitOf(archive, target);
  const parts: Part[] = [];
  for (let number = era; number <= limit.last.era; number += 1) {
    if (number > era && eras[number - 1]?.apart) throw new Error('there is a gap in the log before that moment');
    const first = number === era ? { file, offset } : (eras[number - 1]?.from ?? { file: 1, offset: firstEvent });
    for (const each of filesOf(archive, number)) {
      if (each < first.file || isAfter({ era: number, file: each }, limit.last)) continue;
      const name = join(archive.log, segmentName(number, each));
      const from = each === first.file ? first.offset : firstEvent;
      const { end, late } = await endOf(name, from, untilOf({ era: number, file: each }, limit, eras[number]?.after));
      if (end > from) parts.push({ file: name, from, end });
      if (late) return parts;
    }
  }
  return parts;
}

interface Limit {
  last: Position;
  /** What is later than this is judged by its stamps. */
  sure?: Noted | undefined;
  stamps?: Omit<Stamps, 'from'>;
}

/**
 * Where the log stood at a moment is known when it was noted. Between two of those its transactions tell, in whole seconds: all
 * that were begun in the moment's second count, so that nothing acknowledged before the moment is missing.
 */
function limitOf(archive: Archive, target: Target | undefined): Limit {
  const end = endOfEra(archive, erasOf(archive).length);
  if (!target) return { last: end };
  const noted = notedOf(archive);
  const before = noted.findLastIndex(({ cloudMs }) => cloudMs <= target.cloudMs);
  const sure = noted[before];
  if (!sure) throw new Error('nothing is known of the log at that moment');
  if (target.noted) return { last: sure };
  const next = noted[before + 1];
  const latest = next ? Math.ceil(next.machineMs / 1000) : Number.POSITIVE_INFINITY;
  return { last: next ?? end, sure, stamps: { last: Math.floor(target.machineMs / 1000), latest } };
}

type File = Pick<Position, 'era' | 'file'>;

/** `after`: the last transaction that the next era has from this one. */
function untilOf(file: File, { last, sure, stamps }: Limit, after: string | undefined): Until {
  const isLast = !isAfter(last, file);
  const judged = sure && stamps && !isAfter(sure, file);
  return {
    offset: isLast ? last.offset : undefined,
    sequence: file.era < last.era && after !== undefined ? BigInt(after) : undefined,
    stamps: judged ? { ...stamps, from: isAfter(file, sure) ? 0 : sure.offset } : undefined,
  };
}

const isAfter = (one: File, other: File): boolean =>
  one.era > other.era || (one.era === other.era && one.file > other.file);
