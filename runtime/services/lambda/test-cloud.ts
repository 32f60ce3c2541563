import { strToU8, zipSync } from 'fflate';
import { authorization, type IssuedCredentials } from '../../kernel/authorizer.ts';
import type { SessionPrincipal } from '../../kernel/principal.ts';
import { type FixtureOptions, type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/execution';

/** A cloud for Lambda's own tests, with an authorizer that knows one role and grants it everything. */
export async function startLambda(options: FixtureOptions = {}): Promise<Orrery> {
  const orrery = await startOrrery({ services: ['lambda'], ...options });
  if (!orrery.kernel.engine(authorization).current) trustEverybody(orrery);
  return orrery;
}

export function trustEverybody(orrery: Orrery): void {
  const issued = new Map<string, IssuedCredentials>();
  orrery.kernel.engine(authorization).current = {
    credentials: (accessKeyId) => issued.get(accessKeyId),
    refusal: () => undefined,
    assumeRole(ctx, { roleArn: arn, sessionName, durationSeconds = 3600 }) {
      const roleName = arn.split('/').at(-1) ?? '';
      const principal: SessionPrincipal = {
        kind: 'session',
        account: ctx.account,
        arn: `arn:aws:sts::${ctx.account}:assumed-role/${roleName}/${sessionName}`,
        roleArn: arn,
        roleId: 'AROAEXAMPLE',
        sessionName,
      };
      const credentials = {
        accessKeyId: `ASIA${ctx.ids.upper(16)}`,
        secretAccessKey: ctx.ids.secret(40),
        sessionToken: ctx.ids.secret(80),
        principal,
        expiresMs: ctx.clock.now() + durationSeconds * 1000,
      };
      issued.set(credentials.accessKeyId, credentials);
      return credentials;
    },
  };
}

export function zip(files: Record<string, string>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
}

export function json(payload: Uint8Array | undefined): unknown {
  return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
}
