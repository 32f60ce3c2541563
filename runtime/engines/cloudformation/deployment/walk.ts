import type { DependencyGraph } from '../template/dependency-graph.ts';

/** At most this many resources are worked on at once, as much as any service's throttling leaves useful. */
const mostAtOnce = 64;

/**
 * Visits every node once all it needs have been visited with success, as many at once as that allows. A visit tells
 * whether it succeeded; after a failure (or when `halted`) nothing more is begun and what is under way is awaited.
 * True when all were visited with success. A rejection of `visit` is a bug or an interruption, and is passed on at the end.
 */
export async function walk(
  graph: DependencyGraph,
  visit: (name: string) => Promise<boolean>,
  options: { halted?: () => boolean; goOn?: boolean } = {},
): Promise<boolean> {
  const waiting = new Map(
    [...graph].map(([name, needs]) => [name, new Set([...needs].filter((need) => graph.has(need)))]),
  );
  let succeeded = true;
  let thrown: { error: unknown } | undefined;
  let running = 0;
  await new Promise<void>((resolve) => {
    const proceed = (): void => {
      const stop = thrown || (!succeeded && !options.goOn) || options.halted?.();
      if (!stop) {
        for (const [name, needs] of waiting) {
          if (running >= mostAtOnce) break;
          if (needs.size > 0) continue;
          waiting.delete(name);
          running += 1;
          begin(name);
        }
      }
      if (running === 0) resolve();
    };
    const begin = (name: string): void => {
      visit(name)
        .then((done) => {
          if (!done) succeeded = false;
          else for (const needs of waiting.values()) needs.delete(name);
        })
        .catch((error: unknown) => {
          thrown ??= { error };
        })
        .then(() => {
          running -= 1;
          proceed();
        });
    };
    proceed();
  });
  if (thrown) throw (thrown as { error: unknown }).error;
  return succeeded && waiting.size === 0;
}
