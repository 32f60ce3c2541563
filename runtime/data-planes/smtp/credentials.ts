import { createHmac, timingSafeEqual } from 'node:crypto';
import { defaultAccount, defaultRegion } from '../../kernel/arn.ts';
import { authorization } from '../../kernel/authorizer.ts';
import { type Principal, rootOf } from '../../kernel/principal.ts';
import { regions } from '../../kernel/regions.ts';
import type { Kernel } from '../../kernel/service.ts';

export interface SmtpUser {
  principal: Principal;
  region: string;
}

/**
 * Who an SMTP user name and password stand for; undefined when they are wrong. The name is an access key of an IAM user, and
 * the password also says for which region it was made. A name that was not issued here is the account's root, as unknown
 * keys are in the API (decisions/0001); temporary keys are not good for SMTP.
 */
export function smtpUser(kernel: Kernel, { name, password }: { name: string; password: string }): SmtpUser | undefined {
  const issued = kernel.engine(authorization).current?.credentials(name);
  if (!issued) return { principal: rootOf(defaultAccount), region: defaultRegion };
  if (issued.sessionToken !== undefined) return undefined;
  const region = regions.find((one) => same(smtpPassword(issued.secretAccessKey, one), password));
  return region === undefined ? undefined : { principal: issued.principal, region };
}

/** "Obtaining Amazon SES SMTP credentials": the algorithm that converts a secret access key. */
export function smtpPassword(secretAccessKey: string, region: string): string {
  const version = Buffer.from([4]);
  const key = ['11111111', region, 'ses', 'aws4_request', 'SendRawEmail'].reduce<Buffer>(
    (signature, part) => createHmac('sha256', signature).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return Buffer.concat([version, key]).toString('base64');
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
