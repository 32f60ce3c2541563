import type { Readable } from 'node:stream';
import type { Hop } from './events/hop.ts';

/** A user's request as every data plane sees it; hops hand it on as a function call, not over sockets. */
export interface HttpRequest {
  method: string;
  /** Path and query as sent, still encoded: /menu?page=2 */
  url: string;
  /** Without port, lower case. */
  host: string;
  /** Lower-case names; repeated headers joined as HTTP allows, cookies with `; `. */
  headers: Record<string, string>;
  /** Read at most once. A Buffer when it is known to be small or has been read. */
  body: Readable | Buffer | undefined;
  client: {
    ip: string;
    port: number;
    secure: boolean;
    httpVersion: string;
    /** How TLS was spoken, where it was: TLSv1.3, and the cipher's OpenSSL name. */
    tls?: { version: string; cipher: string } | undefined;
  };
  /** The port that was connected to, where it is known: users' requests come in at this machine's own ports. */
  serverPort?: number | undefined;
  /** Aborted when the client has gone. Made when first read: most requests nobody waits for. */
  signal: AbortSignal;
  /** Calls back when the client has gone, as `signal` would, at less cost; where it is missing there is `signal` alone. */
  onGone?(listener: () => void): void;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Readable | Buffer | string | undefined;
}

/** One hop's way of answering. It notes its decisions on `hop` and gives a child hop to whatever it asks. */
export type DataPlane = (request: HttpRequest, hop: Hop) => Promise<HttpResponse>;
