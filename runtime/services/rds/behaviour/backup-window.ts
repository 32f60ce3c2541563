import { createHash } from 'node:crypto';
import { invalidParameter } from '../errors.ts';
import type { Owner } from '../state.ts';

const dayMs = 86_400_000;
const shortestMinutes = 30;

/** "Backup window": at least half an hour, UTC; by default one of the region's eight hours of night, here by name. */
export function backupWindow(wanted: string | undefined, name: string): string {
  if (wanted !== undefined) {
    const { startMs, lengthMinutes } = parts(wanted);
    if (Number.isNaN(startMs) || lengthMinutes < shortestMinutes)
      throw invalidParameter(
        `Invalid backup window format: ${wanted}. Expected format: hh24:mi-hh24:mi, at least 30 minutes.`,
      );
    return wanted;
  }
  // "Default backup windows": US East (N. Virginia) 03:00–11:00 UTC.
  const [byte = 0] = createHash('sha256').update(name).digest();
  const minutes = 180 + (byte % 16) * 30;
  return `${clockTime(minutes)}-${clockTime(minutes + 30)}`;
}

/** "BackupRetentionPeriod: from 0 to 35" of instances, "from 1 to 35" of Aurora clusters; default 1. */
export function backupSettings(
  input: { BackupRetentionPeriod?: number | undefined; PreferredBackupWindow?: string | undefined },
  { least, record }: { least: 0 | 1; record?: Owner },
): Pick<Owner, 'BackupRetentionPeriod' | 'PreferredBackupWindow'> {
  const BackupRetentionPeriod = input.BackupRetentionPeriod ?? record?.BackupRetentionPeriod ?? 1;
  if (BackupRetentionPeriod < least || BackupRetentionPeriod > 35)
    throw invalidParameter(
      `Invalid backup retention period: ${BackupRetentionPeriod}. Retention period must be between ${least} and 35.`,
    );
  const wanted = input.PreferredBackupWindow;
  return {
    BackupRetentionPeriod,
    PreferredBackupWindow: wanted === undefined ? record?.PreferredBackupWindow : backupWindow(wanted, ''),
  };
}

/** When the window begins next. */
export function nextWindow(nowMs: number, window: string): number {
  const today = Math.floor(nowMs / dayMs) * dayMs + parts(window).startMs;
  return today > nowMs ? today : today + dayMs;
}

function parts(window: string): { startMs: number; lengthMinutes: number } {
  const found = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(window);
  if (!found) return { startMs: Number.NaN, lengthMinutes: 0 };
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = found.slice(1).map(Number);
  const start = startHour * 60 + startMinute;
  return { startMs: start * 60_000, lengthMinutes: (endHour * 60 + endMinute - start + 1440) % 1440 };
}

const two = (number: number): string => String(number).padStart(2, '0');
const clockTime = (minutes: number): string => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
