/** One station of a request's way: HopEvent of the runtime, and the node of the map it reached. */
export interface Hop {
  id: string;
  parentId?: string;
  service: string;
  name: string;
  resource?: string;
  startMs: number;
  durationMs: number;
  status?: number;
  error?: string;
  notes: Record<string, string | number | boolean>;
  /** Headers, without their secrets. */
  asked?: Record<string, string>;
  answered?: Record<string, string>;
  node?: string;
}

export interface Step {
  hop: Hop;
  depth: number;
  /** Milliseconds after the beginning. */
  atMs: number;
}

/** In the order of the tree: each hop below the one that asked it, what was asked first first. */
export function stepsOf(hops: Hop[]): { steps: Step[]; totalMs: number } {
  const ids = new Set(hops.map(({ id }) => id));
  const below = new Map<string, Hop[]>();
  for (const hop of hops) {
    const parent = hop.parentId !== undefined && ids.has(hop.parentId) ? hop.parentId : '';
    below.set(parent, [...(below.get(parent) ?? []), hop]);
  }
  const beginMs = Math.min(...hops.map(({ startMs }) => startMs));
  const steps: Step[] = [];
  const visit = (parent: string, depth: number, notBefore: number): void => {
    const children = [...(below.get(parent) ?? [])].sort((a, b) => a.startMs - b.startMs);
    for (const hop of children) {
      // Starts are known to the millisecond: a hop is not drawn before the one that asked it.
      const atMs = Math.max(hop.startMs - beginMs, notBefore);
      steps.push({ hop, depth, atMs });
      visit(hop.id, depth + 1, atMs);
    }
  };
  visit('', 0, 0);
  return { steps, totalMs: Math.max(1, ...steps.map(({ atMs, hop }) => atMs + hop.durationMs)) };
}

/** Notes that say what a hop decided; who asked and about what are shown below. */
export function decisionsOf({ notes, error }: Hop): string[] {
  const decisions = Object.entries(notes)
    .filter(([key]) => !['principal', 'action', 'resource', 'cacheKey'].includes(key))
    .map(([key, value]) => (value === true ? key : `${key}: ${value}`));
  return error === undefined || notes.refused !== undefined ? decisions : [...decisions, error];
}
