import { batchError } from '../errors.ts';

/** One to ten entries with ids of their own ("Amazon SQS batch actions", Developer Guide). */
export function checkBatch(entries: { Id?: string | undefined }[]): void {
  if (entries.length === 0) throw batchError('Empty');
  if (entries.length > 10) throw batchError('TooMany', String(entries.length));
  const seen = new Set<string>();
  for (const { Id = '' } of entries) {
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(Id)) throw batchError('InvalidId');
    if (seen.has(Id)) throw batchError('NotDistinct', Id);
    seen.add(Id);
  }
}
