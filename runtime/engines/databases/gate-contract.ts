import type { SecureContext } from 'node:tls';
import type { Clock } from '../../kernel/clock/clock.ts';

/** A database with a gate before it, and what the gate goes by. */
export interface Gated {
  clock: Clock;
  /** With the server's own certificate: clients that bind a password to it (SCRAM-SHA-256-PLUS) see no difference. */
  secureContext: SecureContext;
  /** Of the server, on loopback. */
  port: number;
  /** Whether the user signs in by a token instead of a password. */
  byToken(user: string): Promise<boolean>;
  /** Why the token does not let the user in; undefined: it does. */
  refusal(user: string, token: string): string | undefined;
  /** A sign-in by token was decided on, or was not because the server failed. */
  onSignIn(about: SignIn): void;
}

export interface SignIn {
  user: string;
  database: string;
  refusal?: string | undefined;
}
