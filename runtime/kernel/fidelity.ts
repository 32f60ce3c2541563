import type { Fidelity } from './service.ts';

// A service says of parameters what has no effect and what is refused: by reason, since one reason mostly holds for many.

/** "Operation.Parameter.Nested", one or several. */
type Keys = string | readonly string[];

/** These parameters are kept and returned, and have no effect. */
export function stored(...keys: Keys[]): Record<string, Fidelity> {
  return table(keys, 'stored');
}

/** These parameters are refused; `why` ends the sentence that the caller reads. */
export function refusedFor(why: string, ...keys: Keys[]): Record<string, Fidelity> {
  return table(keys, { refused: why });
}

/** Each of these parameters of each of these operations (or of a structure within them). */
export function parametersOf(operations: Keys, ...parameters: string[]): string[] {
  return [operations].flat().flatMap((operation) => parameters.map((parameter) => `${operation}.${parameter}`));
}

function table(keys: Keys[], fidelity: Fidelity): Record<string, Fidelity> {
  return Object.fromEntries(keys.flat().map((key) => [key, fidelity]));
}
