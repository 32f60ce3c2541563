import type { Driver, LoadOptions, Measure, Work } from './load.ts';
import type { Server } from './server.ts';

/** One line of the table. */
export interface Case {
  name: string;
  /** What design.md allows ours, for the table. */
  budget?: string;
  peer: 'moto' | 'own' | 'none';
  /** Programs that are measured too where they are on PATH. */
  also?: readonly ('dynalite' | 's3rver')[];
  /** With peer `own`: each starts one once ours has been prepared; undefined where the machine has no such program. */
  startPeers?: readonly ((ours: Place) => Promise<Server | undefined>)[];
  callers?: number;
  /** Makes what the work needs; once a server. Gives the work to be measured, or measures by itself. */
  prepare(at: Place): Promise<Work | { measure(options: LoadOptions): Promise<Measure> }>;
}

export interface Place {
  server: Server;
  driver: Driver;
}
