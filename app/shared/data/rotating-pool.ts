import type { Credentials } from './credentials.ts';

export type Pool<Connection> = {
  connect(): Promise<Connection>;
  close(): Promise<void>;
  /** How long a request may still wait in the pool's own queue, which closing would leave without an answer. */
  waitMs: number;
};

export type RotatingPoolOptions<Connection> = {
  read: () => Promise<Credentials>;
  open: (credentials: Credentials) => Pool<Connection>;
  isRefused: (error: unknown) => boolean;
};

/**
 * A pool whose credentials may change under it. A connection that the database refuses makes it read the credentials
 * again and ask once more with a new pool; connections made with the old password live on until they are given back.
 */
export function rotatingPool<Connection>({ read, open, isRefused }: RotatingPoolOptions<Connection>) {
  let current: Promise<Pool<Connection>> | undefined;
  const retired = new Map<Pool<Connection>, NodeJS.Timeout>();
  const retire = (pool: Pool<Connection>): void => {
    const end = () => void (retired.delete(pool) && pool.close().catch(() => {}));
    retired.set(pool, setTimeout(end, pool.waitMs));
  };
  const start = (): Promise<Pool<Connection>> => {
    const opening = read().then(open);
    current = opening;
    // What failed to open is not kept: the next request tries again.
    opening.catch(() => {
      if (current === opening) current = undefined;
    });
    return opening;
  };
  const replace = (old: Promise<Pool<Connection>>): Promise<Pool<Connection>> => {
    if (current !== old) return current ?? start();
    old.then(retire, () => {});
    return start();
  };
  return {
    async connect(): Promise<Connection> {
      const used = current ?? start();
      try {
        return await (await used).connect();
      } catch (error) {
        if (!isRefused(error)) throw error;
        return await (await replace(used)).connect();
      }
    },
    /** Lets go of every connection, as after a failover that left them on a server which no longer writes. */
    renew(): void {
      if (current) void replace(current).catch(() => {});
    },
    async close(): Promise<void> {
      const last = current;
      current = undefined;
      for (const timer of retired.values()) clearTimeout(timer);
      const pools = [...retired.keys(), await last?.catch(() => undefined)];
      retired.clear();
      await Promise.all(pools.map((pool) => pool?.close()));
    },
  };
}
