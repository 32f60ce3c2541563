/**
 * A table that is looked up by what a user wrote. It has no prototype, so that `constructor`, `toString` and `__proto__` are
 * not in it unless it says so.
 */
export function lookupTable<T extends object>(entries: T): T {
  return Object.assign(Object.create(null) as T, entries);
}
