/** What a request says of itself: values of condition keys by lower-case name. Undefined when the key is absent. */
export interface ConditionKeys {
  get(lowerCaseName: string): readonly string[] | undefined;
}

/** Keys from a plain record, e.g. the context entries of a policy simulation. */
export function conditionKeysOf(record: Record<string, string | readonly string[]>): ConditionKeys {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(record)) {
    values.set(name.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return { get: (name) => values.get(name) };
}
