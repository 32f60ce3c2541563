/** Templates have plain lists where the API has `{ Quantity, Items }`. */
export function quantity<T>(items: readonly T[] | undefined): { Quantity: number; Items?: T[] } {
  return items && items.length > 0 ? { Quantity: items.length, Items: [...items] } : { Quantity: 0 };
}

/** Wraps the lists at the dotted paths; a list that is already wrapped stays. */
export function withQuantities(config: Record<string, unknown>, paths: readonly string[]): Record<string, unknown> {
  let result = config;
  for (const path of paths) result = wrapped(result, path.split('.'));
  return result;
}

function wrapped(value: Record<string, unknown>, path: string[]): Record<string, unknown> {
  const [name = '', ...rest] = path;
  const member = value[name];
  if (member === undefined || member === null) return value;
  if (rest.length > 0) return { ...value, [name]: wrapped(member as Record<string, unknown>, rest) };
  return Array.isArray(member) ? { ...value, [name]: quantity(member) } : value;
}
