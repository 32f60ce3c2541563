import { defineEngine } from '../../../kernel/engine.ts';
import type { Statement, Store } from '../../../kernel/store/store.ts';
import type { ObjectMeta } from './object-meta.ts';

/** One version of an object, or a delete marker. */
export interface StoredObject {
  bucket: string;
  key: string;
  /** Of two versions of a key, the newer one's is greater. */
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
  /** Where the body is, as Bodies writes it; null when it is in `inline`. */
  file: string | null;
  inline: Uint8Array | null;
}

/** What a listing shows of an object: each further column costs as much again for every key. */
export type ListedObject = Pick<StoredObject, 'key' | 'size' | 'etag' | 'modifiedMs' | 'storageClass' | 'meta'>;

export type ListedVersion = StoredObject & { latest: 0 | 1 };

export const objectTable = defineEngine('s3.objects', (kernel) => new ObjectTable(kernel.store));

/** The index of every bucket, in SQLite: keys in binary order, so that listing is a range read. */
class ObjectTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.migrate('s3', schema);
  }

  /** The newest version, which may be a delete marker. */
  current(bucket: string, key: string): StoredObject | undefined {
    return this.#sql(
      'SELECT * FROM s3_objects WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1',
    ).get<StoredObject>(bucket, key);
  }

  version(bucket: string, key: string, versionId: string): StoredObject | undefined {
    return this.#sql('SELECT * FROM s3_objects WHERE bucket = ? AND key = ? AND versionId = ?').get<StoredObject>(
      bucket,
      key,
      versionId,
    );
  }

  /** The newest version without its body, for writers that only look whether there is one. */
  newest(bucket: string, key: string): StoredObject | undefined {
    return this.#sql(
      `SELECT ${listed}, file, NULL AS inline FROM s3_objects WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1`,
    ).get<StoredObject>(bucket, key);
  }

  /** The newest version of all becomes the current one, in place of `before`, which stays as a version. */
  add(object: Omit<StoredObject, 'seq'>, before: StoredObject | undefined): StoredObject {
    if (before) this.#sql('UPDATE s3_objects SET latest = 0 WHERE seq = ?').run(before.seq);
    return this.#insert(object);
  }

  /** The only version of its key, in the row of `before`, which is gone: no index has to change. */
  replace(object: Omit<StoredObject, 'seq'>, before: StoredObject): StoredObject {
    this.#sql(
      'UPDATE s3_objects SET size = ?, etag = ?, modifiedMs = ?, storageClass = ?, meta = ?, file = ?, inline = ? WHERE seq = ?',
    ).run(
      object.size,
      object.etag,
      object.modifiedMs,
      object.storageClass,
      object.meta,
      object.file,
      object.inline,
      before.seq,
    );
    return { ...object, seq: before.seq };
  }

  #insert(object: Omit<StoredObject, 'seq'>): StoredObject {
    const { insertedKey } = this.#sql(
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
    return { ...object, seq: insertedKey };
  }

  remove(object: StoredObject): void {
    this.#sql('DELETE FROM s3_objects WHERE seq = ?').run(object.seq);
    this.#sql(
      'UPDATE s3_objects SET latest = 1 WHERE seq = (SELECT seq FROM s3_objects WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1)',
    ).run(object.bucket, object.key);
  }

  setMeta(seq: number, meta: ObjectMeta): void {
    this.#sql('UPDATE s3_objects SET meta = ? WHERE seq = ?').run(JSON.stringify(meta), seq);
  }

  setStorageClass(seq: number, storageClass: string): void {
    this.#sql('UPDATE s3_objects SET storageClass = ? WHERE seq = ?').run(storageClass, seq);
  }

  /** Objects (not delete markers) whose key is `from` or after it, in key order, without their bodies. */
  live(bucket: string, from: string, limit: number): ListedObject[] {
    return this.#sql(
      `SELECT ${shown} FROM s3_objects WHERE bucket = ? AND latest = 1 AND deleteMarker = 0 AND key >= ? ORDER BY key LIMIT ?`,
    ).all<ListedObject>(bucket, from, limit);
  }

  /** In the order of ListObjectVersions, by key and newest first: what comes after this version of this key. */
  versions(bucket: string, after: { key: string; seq: number }, limit: number): ListedVersion[] {
    return this.#sql(
      `SELECT ${listed}, latest FROM s3_objects WHERE bucket = ? AND key >= ? AND (key > ? OR seq < ?) ORDER BY key, seq DESC LIMIT ?`,
    ).all<ListedVersion>(bucket, after.key, after.key, after.seq, limit);
  }

  isEmpty(bucket: string): boolean {
    return this.#sql('SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1').get(bucket) === undefined;
  }

  /** What a bucket holds, delete markers apart: for the daily storage metrics. */
  sizes(bucket: string): { storageClass: string; bytes: number; count: number }[] {
    return this.#sql(
      'SELECT storageClass, sum(size) AS bytes, count(*) AS count FROM s3_objects WHERE bucket = ? AND deleteMarker = 0 GROUP BY storageClass',
    ).all(bucket);
  }

  /** Every `file` that a row or an upload's part has, for the sweep at start. */
  files(): Iterable<{ file: string }> {
    return this.#sql(
      'SELECT file FROM s3_objects WHERE file IS NOT NULL UNION ALL SELECT file FROM s3_parts WHERE file IS NOT NULL',
    ).iterate();
  }

  #sql(text: string): Statement {
    return this.#store.prepare(text);
  }
}

const shown = 'key, size, etag, modifiedMs, storageClass, meta';

/** Listings do not need the bodies. */
const listed = 'seq, bucket, key, versionId, deleteMarker, size, etag, modifiedMs, storageClass, meta';

const schema = [
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
  // The newest version of a key is the one with the greatest seq, which s3_versions finds: an index less for every put.
  'DROP INDEX s3_current',
];
