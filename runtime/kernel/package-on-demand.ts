import { createRequire } from 'node:module';

/**
 * A dependency that is loaded when it is first used: reading YAML, CBOR or a proxy's library at every start would cost
 * more than everything else a start does. `packageOnDemand<typeof import('yaml')>('yaml')` gives a function that answers with
 * the package.
 */
export function packageOnDemand<T>(name: string): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= createRequire(import.meta.url)(name) as T;
    return loaded;
  };
}
