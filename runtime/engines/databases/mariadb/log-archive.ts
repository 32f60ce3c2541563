import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Archive } from '../archive.ts';
import type { Instant } from '../engine.ts';
import type { ServerProcess } from '../server-process.ts';
import { firstEvent, sequenceOf } from './binary-log.ts';
import { optionsPath } from './configuration.ts';

/**
 * The archived binary log of a group of databases. Each server has files of its own, so the log is a row of eras, one for
 * each that was the writer: its files from the moment on at which it became that. They are in the archive by a second name (a
 * hard link) while the server writes them, so nothing is missing there, whatever becomes of the server. See decisions/0026.
 */
export interface Era {
  from: Place;
  /** Of the server: while it hands its part to another, what the one says is not the other's. */
  folder: string;
  /** The last transaction the server had from its predecessor; what that one had beyond was acknowledged to nobody. */
  after?: string;
  /** Nothing leads here from the era before. */
  apart?: boolean;
}

/** In a binary log: the number of the file, and bytes. */
export interface Place {
  file: number;
  offset: number;
}

export interface Position extends Place {
  era: number;
}

/** Where the log stood at a time. */
export type Noted = Instant & Position;

const binaryLog = /^binlog\.(\d+)$/;

/** Of the archive, as it sorts. */
export const segmentName = (era: number, file: number): string =>
  `${String(era).padStart(8, '0')}.${String(file).padStart(10, '0')}`;

export function erasOf(archive: Archive): Era[] {
  const file = join(archive.log, 'eras');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Era[]) : [];
}

/** The databases that a server has go on in the archive, from here or from where they were; a promotion that was never one is forgotten. */
export async function begin(archive: Archive, server: ServerProcess): Promise<void> {
  archive.prepare();
  const eras = erasOf(archive);
  while (
    eras.length > 1 &&
    !isOf(archive, eras.length, server.dataDir) &&
    isOf(archive, eras.length - 1, server.dataDir)
  ) {
    forget(archive, eras.length);
    eras.pop();
    writeEras(archive, eras);
  }
  const last = eras.at(-1);
  if (last && isOf(archive, eras.length, server.dataDir)) {
    writeEras(archive, [...eras.slice(0, -1), { ...last, folder: server.dataDir }]);
    return;
  }
  const [status] = await server.query('SHOW MASTER STATUS');
  beginEra(archive, server.dataDir, { from: placeOf(status ?? {}), ...(eras.length > 0 ? { apart: true } : {}) });
}

/** A standby that takes no writes yet, and will. */
export async function succeed(archive: Archive, standby: ServerProcess): Promise<void> {
  const [status] = await standby.query('SHOW MASTER STATUS');
  const [row] = await standby.query('SELECT @@GLOBAL.gtid_binlog_pos AS position');
  const after = String(sequenceOf(row?.position));
  beginEra(archive, standby.dataDir, { from: placeOf(status ?? {}), after });
}

export const placeOf = (status: { File?: string | null; Position?: string | null }): Place => ({
  file: Number(binaryLog.exec(status.File ?? '')?.[1]),
  offset: Number(status.Position),
});

function beginEra(archive: Archive, folder: string, era: Omit<Era, 'folder'>): void {
  writeEras(archive, [...erasOf(archive), { ...era, folder }]);
  linkAll(archive, folder);
  // Tables are made as these say; a replay must do as the server did.
  copyFileSync(optionsPath(folder), join(archive.log, 'options'));
}

/** All of a writer's log so far is in the archive, and where it stands now is known. */
export function keep(archive: Archive, folder: string, { cloudMs, machineMs }: Instant): void {
  if (erasOf(archive).at(-1)?.folder !== folder) return;
  linkAll(archive, folder);
  const { era, file, offset } = endOfEra(archive, erasOf(archive).length);
  appendFileSync(join(archive.log, 'positions'), `${cloudMs} ${machineMs} ${era} ${file} ${offset}\n`);
}

export function notedOf(archive: Archive): Noted[] {
  const file = join(archive.log, 'positions');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [cloudMs = 0, machineMs = 0, era = 0, number = 0, offset = 0] = line.split(' ').map(Number);
    return { cloudMs, machineMs, era, file: number, offset };
  });
}

/** What no moment from a base on needs. */
export function forgetNoted(archive: Archive): void {
  const [first] = archive.bases();
  const kept = notedOf(archive).filter(({ cloudMs }) => cloudMs >= (first?.cloudMs ?? 0));
  const lines = kept.map((one) => `${one.cloudMs} ${one.machineMs} ${one.era} ${one.file} ${one.offset}\n`);
  writeFileSync(join(archive.log, 'positions.new'), lines.join(''));
  renameSync(join(archive.log, 'positions.new'), join(archive.log, 'positions'));
}

/** Numbers of an era's files, in order. */
export function filesOf(archive: Archive, era: number): number[] {
  const of = segmentName(era, 0).slice(0, 9);
  return entries(archive.log)
    .filter((name) => name.startsWith(of))
    .map((name) => Number(name.slice(9)))
    .sort((one, other) => one - other);
}

export function endOfEra(archive: Archive, era: number): Position {
  const file = filesOf(archive, era).at(-1) ?? 0;
  return { era, file, offset: file === 0 ? 0 : statSync(join(archive.log, segmentName(era, file))).size };
}

/** Whoever deletes a server's log (RESET MASTER) begins another; what it was is in the archive. */
function linkAll(archive: Archive, folder: string): void {
  const eras = erasOf(archive);
  const all = filesIn(folder);
  const [first] = all;
  if (first === undefined) return;
  const since = eras.at(-1)?.from.file ?? 0;
  const files = all.filter((file) => file >= since);
  const anew = files.length === 0 || files.some((file) => isOther(archive, eras.length, folder, file));
  if (anew) writeEras(archive, [...eras, { from: { file: first, offset: firstEvent }, folder }]);
  for (const file of anew ? all : files) {
    const name = join(archive.log, segmentName(anew ? eras.length + 1 : eras.length, file));
    if (!existsSync(name)) linkSync(logFile(folder, file), name);
  }
}

/** Whether an archived file is not the one the server has by that number. */
function isOther(archive: Archive, era: number, folder: string, file: number): boolean {
  const archived = join(archive.log, segmentName(era, file));
  return existsSync(archived) && statSync(archived).ino !== statSync(logFile(folder, file)).ino;
}

/** Whether a folder's log is the era's. */
function isOf(archive: Archive, era: number, folder: string): boolean {
  const last = filesOf(archive, era).at(-1);
  if (last === undefined || !existsSync(logFile(folder, last))) return false;
  return !isOther(archive, era, folder, last);
}

function forget(archive: Archive, era: number): void {
  for (const file of filesOf(archive, era)) rmSync(join(archive.log, segmentName(era, file)), { force: true });
}

function writeEras(archive: Archive, eras: readonly Era[]): void {
  const file = join(archive.log, 'eras');
  writeFileSync(`${file}.new`, JSON.stringify(eras));
  renameSync(`${file}.new`, file);
}

const logFile = (folder: string, file: number): string => join(folder, `binlog.${String(file).padStart(6, '0')}`);

function filesIn(folder: string): number[] {
  const numbers = entries(folder).map((name) => Number(binaryLog.exec(name)?.[1]));
  return numbers.filter((number) => !Number.isNaN(number)).sort((one, other) => one - other);
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
