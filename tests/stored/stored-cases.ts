/**
 * What a service's table of stored things says: how one of each resource type and request is made, and where it is told
 * back. stored.test.ts makes them and looks for each value that `fidelity` calls stored.
 */
export interface StoredCases {
  service: string;
  /** What must be there before the template. */
  before?: (ask: Ask) => Promise<unknown>;
  resources: Record<string, { Type: string; Properties: Record<string, unknown>; DependsOn?: string }>;
  /** By logical id: the answers that tell of it. */
  told: Record<string, (ask: Ask, id: string) => Promise<unknown>>;
  /** By operation: what is asked, and after it the answers that tell of it. */
  requests: Record<string, (ask: Ask) => Promise<{ asked: Record<string, unknown>; told: unknown }>>;
  /** Paths that are not told here, with where it would be seen. */
  untold?: Record<string, string>;
  /** Names under which AWS tells what is asked under another. */
  renamed?: Record<string, string>;
}

/** An operation of the cases' service, or of another as `service:Operation`, through its SDK client. */
export type Ask = (operation: string, input: object) => Promise<Answer>;

export type Answer = Record<string, unknown>;

/** The first text under a name, wherever it is. */
export function named(value: unknown, name: string): string {
  const found = leaves(value).find(([path]) => path.at(-1) === name);
  if (!found) throw new Error(`the answer has no ${name}: ${JSON.stringify(value).slice(0, 300)}`);
  return String(found[1]);
}

/** Every value that holds no other, with the names on the way. */
export function leaves(value: unknown, path: string[] = []): [string[], unknown][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((element) => leaves(element, path));
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}
