import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';
import { objectTable } from './object-table.ts';

/** A multipart upload under way. `meta` is JSON of what the object will have. */
export interface Upload {
  uploadId: string;
  bucket: string;
  key: string;
  startedMs: number;
  meta: string;
}

export interface Part {
  uploadId: string;
  number: number;
  size: number;
  etag: string;
  modifiedMs: number;
  checksums: string;
  file: string | null;
  inline: Uint8Array | null;
}

export const uploadTable = defineEngine('s3.uploads', (kernel) => {
  // The tables of uploads are made with those of objects.
  kernel.engine(objectTable);
  return new UploadTable(kernel.store);
});

export class UploadTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  start(upload: Upload): void {
    this.#sql('INSERT INTO s3_uploads (uploadId, bucket, key, startedMs, meta) VALUES (?,?,?,?,?)').run(upload.uploadId, upload.bucket, upload.key, upload.startedMs, upload.meta);
  }

  find(uploadId: string): Upload | undefined {
    return this.#sql('SELECT * FROM s3_uploads WHERE uploadId = ?').get<Upload>(uploadId);
  }

  ofBucket(bucket: string): Upload[] {
    return this.#sql('SELECT * FROM s3_uploads WHERE bucket = ? ORDER BY key, uploadId').all<Upload>(bucket);
  }

  /** The part that had the number before, whose body is no longer needed. */
  putPart(part: Part): Part | undefined {
    const old = this.#sql('SELECT * FROM s3_parts WHERE uploadId = ? AND number = ?').get<Part>(part.uploadId, part.number);
    this.#sql('INSERT OR REPLACE INTO s3_parts (uploadId, number, size, etag, modifiedMs, checksums, file, inline) VALUES (?,?,?,?,?,?,?,?)').run(
      part.uploadId,
      part.number,
      part.size,
      part.etag,
      part.modifiedMs,
      part.checksums,
      part.file,
      part.inline,
    );
    return old;
  }

  parts(uploadId: string): Part[] {
    return this.#sql('SELECT * FROM s3_parts WHERE uploadId = ? ORDER BY number').all<Part>(uploadId);
  }

  /** Its parts, whose bodies are no longer needed. */
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
