/** Gives the Node to run TypeScript with, once everything it needs is there. */
export function prepare(root: string): Promise<string>;
