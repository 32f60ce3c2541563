import type { Clock } from './clock/clock.ts';
import { defineEngine } from './engine.ts';
import type { Principal } from './principal.ts';
import type { Access, Context } from './service.ts';

/** Keys that sign requests, issued by IAM (users) or STS (sessions). */
export interface IssuedCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  principal: Principal;
  /** By the clock that `lives` names, milliseconds; undefined never. */
  expiresMs?: number;
  /** Whose time ends them: the cloud's (default), or the machine's, by which a long-lived process knows when to renew. */
  lives?: 'cloud' | 'machine';
}

export function hasExpired(clock: Clock, { expiresMs, lives }: IssuedCredentials, marginMs = 0): boolean {
  const nowMs = lives === 'machine' ? clock.now() - clock.offset() : clock.now();
  return expiresMs !== undefined && nowMs >= expiresMs - marginMs;
}

/** The part of IAM that every request needs. services/iam and engines/iam put an implementation in place at start. */
export interface Authorizer {
  /** Undefined for a key Orrery did not issue. */
  credentials(accessKeyId: string): IssuedCredentials | undefined;
  /** Undefined when granted, else why not, in AWS's words. */
  refusal(ctx: Context, access: Access[]): string | undefined;
  /**
   * A session of the role for a service or another principal; checks the role's trust policy. Throws AwsError
   * AccessDenied when it does not trust. `durationSeconds` default 3600.
   */
  assumeRole(ctx: Context, request: AssumeRole): IssuedCredentials & { principal: Principal & { kind: 'session' } };
}

export interface AssumeRole {
  roleArn: string;
  sessionName: string;
  /** Who assumes it, e.g. servicePrincipal('lambda.amazonaws.com', account). Default: the context's principal. */
  by?: Principal;
  durationSeconds?: number;
  /** `machine` for processes that go on while the cloud's time is wound; see IssuedCredentials. */
  lives?: 'cloud' | 'machine';
  sessionPolicies?: string[];
  sessionTags?: Record<string, string>;
  externalId?: string;
}

/** Slot for the authorizer: services/iam sets `current` in its `start`. Without it everything but root is refused. */
export const authorization = defineEngine<{ current: Authorizer | undefined }>('authorization', () => ({
  current: undefined,
}));
