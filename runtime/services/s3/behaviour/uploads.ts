import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';
import type { ObjectMeta } from './object-meta.ts';
import { objectTable } from './object-table.ts';

/** A multipart upload under way. `meta` is JSON of what the object will have. */
export interface Upload {
  uploadId: string;
  bucket: string;
  key: string;
  startedMs: number;
  /** JSON of UploadMeta. */
  meta: string;
}

export interface UploadMeta {
  object: ObjectMeta;
  storageClass: string;
  checksumAlgorithm?: string;
  checksumType: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface Part {
  uploadId: string;
  number: number;
  size: number;
  etag: string;
  modifiedMs: number;
  /** JSON, by algorithm. */
  checksums: string;
  file: string | null;
  inline: Uint8Array | null;
}

export const uploadTable = defineEngine('s3.uploads', (kernel) => {
  // The tables of uploads are made with those of objects.
  kernel.engine(objectTable);
  return new UploadTable(kernel.store);
});

class UploadTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  start(upload: Upload): void {
    this.#sql('INSERT INTO s3_uploads (uploadId, bucket, key, startedMs, meta) VALUES (?,?,?,?,?)').run(
      upload.uploadId,
      upload.bucket,
      upload.key,
      upload.startedMs,
      upload.meta,
    );
  }

  find(uploadId: string): Upload | undefined {
    return this.#sql('SELECT * FROM s3_uploads WHERE uploadId = ?').get<Upload>(uploadId);
  }

  /** By key from `fromKey` on, those of one key in the order of their ids. */
  ofBucket(bucket: string, fromKey = '', limit = -1): Upload[] {
    return this.#sql(
      'SELECT * FROM s3_uploads WHERE bucket = ? AND key >= ? ORDER BY key, uploadId LIMIT ?',
    ).all<Upload>(bucket, fromKey, limit);
  }

  /** Returns the part that had the number before, whose body is no longer needed. */
  putPart(part: Part): Part | undefined {
    const old = this.#sql('SELECT * FROM s3_parts WHERE uploadId = ? AND number = ?').get<Part>(
      part.uploadId,
      part.number,
    );
    this.#sql(
      'INSERT OR REPLACE INTO s3_parts (uploadId, number, size, etag, modifiedMs, checksums, file, inline) VALUES (?,?,?,?,?,?,?,?)',
    ).run(part.uploadId, part.number, part.size, part.etag, part.modifiedMs, part.checksums, part.file, part.inline);
    return old;
  }

  parts(uploadId: string, after = 0, limit = -1): Part[] {
    return this.#sql('SELECT * FROM s3_parts WHERE uploadId = ? AND number > ? ORDER BY number LIMIT ?').all<Part>(
      uploadId,
      after,
      limit,
    );
  }

  /** Returns its parts, whose bodies are no longer needed. */
  remove(uploadId: string): Part[] {
    const parts = this.parts(uploadId);
    this.#sql('DELETE FROM s3_parts WHERE uploadId = ?').run(uploadId);
    this.#sql('DELETE FROM s3_uploads WHERE uploadId = ?').run(uploadId);
    return parts;
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}

export function uploadMeta(upload: Upload): UploadMeta {
  return JSON.parse(upload.meta) as UploadMeta;
}
