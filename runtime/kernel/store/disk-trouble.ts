import { AwsError, PersonError } from '../errors.ts';

/** "Result and Error Codes", SQLite documentation; the low byte is the primary code. */
const sqlite = { readOnly: 8, ioError: 10, corrupt: 11, full: 13, notADatabase: 26 };
const systemCodes = { full: ['ENOSPC', 'EDQUOT'], refused: ['EROFS', 'EIO', 'EACCES', 'EPERM'] };

/**
 * What callers are told when the disk did not take a write: nothing of the request was kept. Undefined when the error is
 * not the disk's.
 */
export function diskTrouble(dataDir: string, error: unknown): DiskTrouble | undefined {
  if (error instanceof DiskTrouble) return error;
  const kind = kindOf(error);
  if (!kind) return undefined;
  const message =
    kind === 'full'
      ? `The disk of the data folder ${dataDir} is full, so nothing of this request was kept. Free some space there: Orrery goes on as soon as there is room.`
      : `The data folder ${dataDir} cannot be written (${(error as Error).message}), so nothing of this request was kept.`;
  return new DiskTrouble(message);
}

/** Told apart from what services refuse, so that the person at the terminal hears of it too. */
export class DiskTrouble extends AwsError {
  constructor(message: string) {
    super('InternalFailure', message, { status: 500 });
  }
}

/** Why a data folder cannot be opened, where it is the folder's fault. */
export function openingTrouble(dataDir: string, error: unknown): PersonError | undefined {
  const primary = sqliteCode(error);
  if (primary === sqlite.corrupt || primary === sqlite.notADatabase) return damaged(dataDir, (error as Error).message);
  if (kindOf(error) === 'full')
    return new PersonError(
      'disk-full',
      `The disk of the data folder ${dataDir} is full.`,
      'Free some space there, or choose another folder: --data DIR.',
    );
  if (kindOf(error) === undefined) return undefined;
  return new PersonError(
    'data-folder',
    `The data folder ${dataDir} cannot be written: ${(error as Error).message}.`,
    'Mend its permissions, or choose another: --data DIR.',
  );
}

export function damaged(dataDir: string, what: string): PersonError {
  return new PersonError(
    'data-folder-damaged',
    `The data folder ${dataDir} is damaged: ${what}.`,
    'Put a copy of it back, or forget it and start again: `orrery reset`.',
  );
}

function kindOf(error: unknown): 'full' | 'refused' | undefined {
  if (!(error instanceof Error)) return undefined;
  const primary = sqliteCode(error);
  if (primary === sqlite.full) return 'full';
  if (primary === sqlite.ioError || primary === sqlite.readOnly) return 'refused';
  const code = 'code' in error ? String(error.code) : '';
  if (systemCodes.full.includes(code)) return 'full';
  const writes = 'syscall' in error && /^(write|open|mkdir|rename|fsync|fdatasync)$/.test(String(error.syscall));
  return writes && systemCodes.refused.includes(code) ? 'refused' : undefined;
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return Number(error.errcode) & 0xff;
}
