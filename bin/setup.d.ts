/** Gives the Node to run TypeScript with, once everything it needs is there. */
export function prepare(root: string): Promise<string>;
/** The program that `orrery` runs: the built one, or the sources where nothing builds them. */
export function mainProgram(root: string): string;
