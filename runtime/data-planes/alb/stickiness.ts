import { createHmac } from 'node:crypto';
import type { Kernel } from '../../kernel/service.ts';
import type { TargetGroup } from './target-group.ts';

/**
 * "Sticky sessions for your Application Load Balancer". The cookies' values are the load balancer's own affair: what they
 * stand for and until when, signed so that a client cannot choose its target.
 */
export function readCookie(
  kernel: Kernel,
  secret: string,
  header: string | undefined,
  name: string,
): string | undefined {
  const value = cookieValue(header, name);
  if (value === undefined) return undefined;
  const [payload = '', signature] = value.split('.');
  if (signature !== sign(secret, `${name}|${payload}`)) return undefined;
  const text = Buffer.from(payload, 'base64url').toString();
  const bar = text.indexOf('|');
  return Number(text.slice(0, bar)) > kernel.clock.now() ? text.slice(bar + 1) : undefined;
}

export function writeCookies(
  kernel: Kernel,
  secret: string,
  cookie: { name: string; value: string; seconds: number },
): string[] {
  const endMs = kernel.clock.now() + cookie.seconds * 1000;
  const expires = new Date(endMs).toUTCString();
  const make = (name: string): string => {
    const payload = Buffer.from(`${endMs}|${cookie.value}`).toString('base64url');
    return `${name}=${payload}.${sign(secret, `${name}|${payload}`)}; Expires=${expires}; Path=/`;
  };
  // The second is for pages of other origins, whose browsers send only cookies that say so.
  const twin = cookie.name.startsWith('AWSALBAPP') ? [] : [`${make(twinOf(cookie.name))}; SameSite=None`];
  return [make(cookie.name), ...twin];
}

export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

/** The cookie that names a target of this group, by the group's kind of stickiness. */
export function targetCookie({ table }: TargetGroup): string | undefined {
  if (!table.stickiness) return undefined;
  return table.stickiness.type === 'lb_cookie' ? 'AWSALB' : 'AWSALBAPP-0';
}

const twinOf = (name: string): string => `${name}CORS`;

function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22);
}
