import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';

/** One version of an object, or a delete marker. */
export interface StoredObject {
  bucket: string;
  key: string;
  /** Grows with every version of the runtime: newer is greater. */
  seq: number;
  /** `null` for what was put while versioning was off. */
  versionId: string;
  deleteMarker: 0 | 1;
  size: number;
  /** Without quotes. */
  etag: string;
  modifiedMs: number;
  storageClass: string;
  /** JSON of ObjectMeta. */
  meta: string;
  /** File name of the body; null when it is in `inline`. */
  file: string | null;
  inline: Uint8Array | null;
}

/** What is kept with a version beside its body. */
export interface ObjectMeta {
  contentType?: string;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  expires?: string;
  user?: Record<string, string>;
  tags?: { Key: string; Value: string }[];
  /** e.g. ChecksumCRC32, as the API names them, in base64. */
  checksums?: Record<string, string>;
  checksumType?: string;
  sse?: { algorithm: string; keyId?: string };
  websiteRedirect?: string;
  parts?: { size: number; etag: string }[];
}

export const objectTable = defineEngine('s3.objects', (kernel) => new ObjectTable(kernel.store));

/** The index of every bucket, in SQLite: keys in binary order, so that listing is a range read. */
export class ObjectTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('s3', [
      `CREATE TABLE s3_objects (bucket TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER PRIMARY KEY AUTOINCREMENT, versionId TEXT NOT NULL,
         latest INTEGER NOT NULL, deleteMarker INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, modifiedMs INTEGER NOT NULL,
         storageClass TEXT NOT NULL, meta TEXT NOT NULL, file TEXT, inline BLOB);
       CREATE INDEX s3_versions ON s3_objects (bucket, key, seq DESC);
       CREATE UNIQUE INDEX s3_current ON s3_objects (bucket, key) WHERE latest = 1;
       CREATE INDEX s3_live ON s3_objects (bucket, key) WHERE latest = 1 AND deleteMarker = 0;
       CREATE TABLE s3_uploads (uploadId TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, startedMs INTEGER NOT NULL, meta TEXT NOT NULL) WITHOUT ROWID;
       CREATE INDEX s3_uploads_by_key ON s3_uploads (bucket, key, uploadId);
       CREATE TABLE s3_parts (uploadId TEXT, number INTEGER, size INTEGER NOT NULL, etag TEXT NOT NULL, modifiedMs INTEGER NOT NULL,
         checksums TEXT, file TEXT, inline BLOB, PRIMARY KEY (uploadId, number)) WITHOUT ROWID`,
    ]);
  }

  current(bucket: string, key: string): StoredObject | undefined {
    return this.#sql('SELECT * FROM s3_objects WHERE bucket = ? AND key = ? AND latest = 1').get<StoredObject>(bucket, key);
  }

  version(bucket: string, key: string, versionId: string): StoredObject | undefined {
    return this.#sql('SELECT * FROM s3_objects WHERE bucket = ? AND key = ? AND versionId = ?').get<StoredObject>(bucket, key, versionId);
  }

  /** The newest version of all becomes the current one. */
  add(object: Omit<StoredObject, 'seq'>): void {
    this.#sql('UPDATE s3_objects SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1').run(object.bucket, object.key);
    this.#sql(
      `INSERT INTO s3_objects (bucket, key, versionId, latest, deleteMarker, size, etag, modifiedMs, storageClass, meta, file, inline)
       VALUES (?,?,?,1,?,?,?,?,?,?,?,?)`,
    ).run(
      object.bucket,
      object.key,
      object.versionId,
      object.deleteMarker,
      object.size,
      object.etag,
      object.modifiedMs,
      object.storageClass,
      object.meta,
      object.file,
      object.inline,
    );
  }

  remove(object: StoredObject): void {
    this.#sql('DELETE FROM s3_objects WHERE seq = ?').run(object.seq);
    const next = this.#sql('SELECT seq FROM s3_objects WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1').get<{ seq: number }>(object.bucket, object.key);
    if (next) this.#sql('UPDATE s3_objects SET latest = 1 WHERE seq = ?').run(next.seq);
  }

  setMeta(seq: number, meta: ObjectMeta): void {
    this.#sql('UPDATE s3_objects SET meta = ? WHERE seq = ?').run(JSON.stringify(meta), seq);
  }

  /** Keys after `after`, in order; `from` includes itself. */
  live(bucket: string, after: string, limit: number, before?: string): StoredObject[] {
    if (before === undefined) return this.#sql(`${listing} AND key > ? ORDER BY key LIMIT ?`).all<StoredObject>(bucket, after, limit);
    return this.#sql(`${listing} AND key > ? AND key < ? ORDER BY key LIMIT ?`).all<StoredObject>(bucket, after, before, limit);
  }

  liveFrom(bucket: string, from: string, limit: number): StoredObject[] {
    return this.#sql(`${listing} AND key >= ? ORDER BY key LIMIT ?`).all<StoredObject>(bucket, from, limit);
  }

  /** Versions in the order of ListObjectVersions: by key, newest first. */
  versions(bucket: string, after: { key: string; seq: number }, limit: number): (StoredObject & { latest: number })[] {
    return this.#sql(
      `SELECT seq, bucket, key, versionId, latest, deleteMarker, size, etag, modifiedMs, storageClass, meta FROM s3_objects
       WHERE bucket = ? AND (key > ? OR (key = ? AND seq < ?)) ORDER BY key, seq DESC LIMIT ?`,
    ).all<StoredObject & { latest: number }>(bucket, after.key, after.key, after.seq, limit);
  }

  isEmpty(bucket: string): boolean {
    return this.#sql('SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1').get(bucket) === undefined;
  }

  /** Every file a body is in, for the sweep at start. */
  files(): Set<string> {
    const rows = this.#sql('SELECT file FROM s3_objects WHERE file IS NOT NULL UNION SELECT file FROM s3_parts WHERE file IS NOT NULL').all<{ file: string }>();
    return new Set(rows.map((row) => row.file));
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}

/** Listings do not need the bodies. */
const listing = `SELECT seq, bucket, key, versionId, deleteMarker, size, etag, modifiedMs, storageClass, meta FROM s3_objects
  WHERE bucket = ? AND latest = 1 AND deleteMarker = 0`;
