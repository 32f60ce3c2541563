import { defineEngine } from '../../kernel/engine.ts';
import type { DataPlane } from './exchange.ts';

/**
 * Paths under /_orrery/ on the API port that are Orrery's own, not AWS's: answers of custom resources, status, console.
 * The longest prefix wins. Host and Origin have been checked before a route is asked.
 */
export interface InternalRoutes {
  set(prefix: string, plane: DataPlane): void;
  remove(prefix: string): void;
  find(path: string): DataPlane | undefined;
}

export const internalRoutes = defineEngine<InternalRoutes>('internal-routes', () => {
  const planes = new Map<string, DataPlane>();
  return {
    set: (prefix, plane) => void planes.set(prefix, plane),
    remove: (prefix) => void planes.delete(prefix),
    find(path) {
      let best = '';
      for (const prefix of planes.keys()) if (path.startsWith(prefix) && prefix.length > best.length) best = prefix;
      return planes.get(best);
    },
  };
});
