import { defineEngine } from './engine.ts';
import type { Principal } from './principal.ts';
import type { Access, Context } from './service.ts';

/** Keys that sign requests, issued by IAM (users) or STS (sessions). */
export interface IssuedCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  principal: Principal;
  /** Cloud time, milliseconds; undefined never. */
  expiresMs?: number;
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
  sessionPolicies?: string[];
  sessionTags?: Record<string, string>;
  externalId?: string;
}

/** Slot for the authorizer: services/iam sets `current` in its `start`. Without it everything but root is refused. */
export const authorization = defineEngine<{ current: Authorizer | undefined }>('authorization', () => ({
  current: undefined,
}));
