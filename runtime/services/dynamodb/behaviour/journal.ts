import type { Kernel } from '../../../kernel/service.ts';
import type { Table } from '../state.ts';
import type { Cell, Position, Row } from './item-table.ts';

/**
 * What point-in-time recovery goes back by: for each change of an item, what was there before it. The state at a moment
 * is the table's rows, but for items changed since then the oldest entry after it.
 */
export function noteChange(kernel: Kernel, table: Table, at: Position, before: Row | undefined): void {
  kernel.store
    .prepare('INSERT INTO dynamodb_journal (source, atMs, pk, sk, cell, size) VALUES (?,?,?,?,?,?)')
    .run(table.id, Math.floor(kernel.clock.now()), at.pk, at.sk, before?.cell ?? null, before?.size ?? 0);
}

/** The items of the table as they were at `atMs`, still packed. */
export function* rowsAt(kernel: Kernel, table: Table, atMs: number): Generator<Cell> {
  const untouched = kernel.store.prepare(
    `SELECT cell FROM dynamodb_rows WHERE source = ? AND (pk, sk) NOT IN
       (SELECT pk, sk FROM dynamodb_journal WHERE source = ? AND atMs > ?)`,
  );
  for (const { cell } of untouched.all<{ cell: Cell }>(table.id, table.id, atMs)) yield cell;
  const changed = kernel.store.prepare(
    `SELECT cell FROM dynamodb_journal WHERE cell IS NOT NULL AND seq IN
       (SELECT min(seq) FROM dynamodb_journal WHERE source = ? AND atMs > ? GROUP BY pk, sk)`,
  );
  for (const { cell } of changed.all<{ cell: Cell }>(table.id, atMs)) yield cell;
}

export function clearJournal(kernel: Kernel, table: Table): void {
  kernel.store.prepare('DELETE FROM dynamodb_journal WHERE source = ?').run(table.id);
}

export function trimJournal(kernel: Kernel, table: Table, beforeMs: number): void {
  kernel.store
    .prepare('DELETE FROM dynamodb_journal WHERE source = ? AND atMs < ?')
    .run(table.id, Math.floor(beforeMs));
}
