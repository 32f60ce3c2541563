/** Reads environment variables that must be there; throws one error that names every missing one. */
export function readEnvironment<Name extends string>(names: Name[], from = process.env): Record<Name, string> {
  const missing = names.filter((name) => !from[name]);
  if (missing.length > 0) {
    throw new Error(`Missing from the function's environment: ${missing.join(', ')}. The stack sets them.`);
  }
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Record<Name, string>;
}
