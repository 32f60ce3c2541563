import type { Driver, LoadOptions, Measure, Work } from './load.ts';
import type { Server } from './server.ts';

/** One line of the table. */
export interface Case {
  name: string;
  /** What design.md allows ours, for the table. */
  budget?: string;
  peer: 'moto' | 'own' | 'none';
  /** With peer `own`: starts the peer once ours has been prepared. */
  startPeer?(ours: Place): Promise<Server>;
  callers?: number;
  /** Makes what the work needs; once a server. Gives the work to be measured, or measures by itself. */
  prepare(at: Place): Promise<Work | { measure(options: LoadOptions): Promise<Measure> }>;
}

export interface Place {
  server: Server;
  driver: Driver;
}
