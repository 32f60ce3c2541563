/** One answer kept at the edge, whole. Entries are never changed in place: a refresh puts a new one. */
export interface CachedObject {
  distributionId: string;
  /** Path, and query where the key has one: what invalidation paths are matched against. */
  uri: string;
  status: number;
  /** As they go to viewers, but for those that differ by request (Age, X-Cache, CORS …). */
  headers: Record<string, string | string[]>;
  body: Buffer;
  /** The origin's own validators, before compression weakened them. */
  etag: string | undefined;
  lastModified: string | undefined;
  /** Cloud time the origin answered or last confirmed it, less the age it had then. */
  bornMs: number;
  expiresMs: number;
  staleWhileRevalidateMs: number;
  /** Cloud time until which it may stand in for a failing origin. */
  staleIfErrorUntilMs: number;
  /** An error, or a custom error page: told as `Error from cloudfront`. */
  error: boolean;
}

export interface CacheLimits {
  maxBytes: number;
  maxObjectBytes: number;
}

/** What an entry costs beside its body: headers, key and the map's own memory, roughly. */
const entryOverheadBytes = 1024;

interface Entry {
  object: CachedObject;
  /** Asked for since eviction last passed by. */
  used: boolean;
}

/**
 * Oldest goes first, but what was asked for since is spared once (second chance): nearly least-recently-used, and a hit
 * costs no more than a flag. Edge caches are memory: nothing survives a restart, as nothing is promised to.
 */
export class ObjectCache {
  readonly maxObjectBytes: number;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #epochs = new Map<string, number>();
  #bytes = 0;

  constructor(limits: CacheLimits) {
    this.#maxBytes = limits.maxBytes;
    this.maxObjectBytes = limits.maxObjectBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): CachedObject | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.object;
  }

  /** Counts the removals of a distribution: what was asked for before one must not be kept after it. */
  epochOf(distributionId: string): number {
    return this.#epochs.get(distributionId) ?? 0;
  }

  put(key: string, object: CachedObject, epoch: number): void {
    if (epoch !== this.epochOf(object.distributionId)) return;
    this.delete(key);
    this.#entries.set(key, { object, used: false });
    this.#bytes += sizeOf(object);
    if (this.#bytes > this.#maxBytes) this.#evict();
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(entry.object);
  }

  /** Removes every object of the distribution for which `matches` holds; how many. */
  remove(distributionId: string, matches: (uri: string) => boolean): number {
    let removed = 0;
    this.#epochs.set(distributionId, this.epochOf(distributionId) + 1);
    for (const [key, { object }] of this.#entries) {
      if (object.distributionId !== distributionId || !matches(object.uri)) continue;
      this.delete(key);
      removed += 1;
    }
    return removed;
  }

  /** A spared entry goes to the end with its flag down, so the walk ends: the second time around it is evicted. */
  #evict(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      if (!entry.used) {
        this.delete(key);
        continue;
      }
      entry.used = false;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
  }
}

function sizeOf(object: CachedObject): number {
  return object.body.length + entryOverheadBytes;
}
