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

/** Least recently used goes first. Edge caches are memory: nothing survives a restart, as nothing is promised to. */
export class ObjectCache {
  readonly maxObjectBytes: number;
  readonly #maxBytes: number;
  readonly #objects = new Map<string, CachedObject>();
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
    return this.#objects.size;
  }

  get(key: string): CachedObject | undefined {
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    this.#objects.delete(key);
    this.#objects.set(key, object);
    return object;
  }

  /** Counts the removals of a distribution: what was asked for before one must not be kept after it. */
  epochOf(distributionId: string): number {
    return this.#epochs.get(distributionId) ?? 0;
  }

  put(key: string, object: CachedObject, epoch: number): void {
    if (epoch !== this.epochOf(object.distributionId)) return;
    this.delete(key);
    this.#objects.set(key, object);
    this.#bytes += sizeOf(object);
    for (const oldest of this.#objects.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#bytes -= sizeOf(object);
  }

  /** Removes every object of the distribution for which `matches` holds; how many. */
  remove(distributionId: string, matches: (uri: string) => boolean): number {
    let removed = 0;
    this.#epochs.set(distributionId, this.epochOf(distributionId) + 1);
    for (const [key, object] of this.#objects) {
      if (object.distributionId !== distributionId || !matches(object.uri)) continue;
      this.delete(key);
      removed += 1;
    }
    return removed;
  }
}

function sizeOf(object: CachedObject): number {
  return object.body.length + entryOverheadBytes;
}
