import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { startTrace } from '../../kernel/events/hop.ts';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import type { Kernel } from '../../kernel/service.ts';
import { readBody } from '../http/exchange.ts';
import { hosts } from '../http/hosts.ts';

const undici = packageOnDemand<typeof import('undici')>('undici');

/** A token that does not let its bearer in; the message goes into WWW-Authenticate. */
export class TokenRefused extends Error {}

interface Keys {
  byId: Map<string, KeyObject>;
  untilMs: number;
}

/** API Gateway keeps an issuer's keys for two hours ("Control access to HTTP APIs with JWT authorizers"). */
const keysMs = 2 * 60 * 60_000;
const documentLimit = 1024 * 1024;
const fetchMs = 10_000;

/** Verifies JSON Web Tokens against their issuer's keys, found by OpenID discovery. */
export class JwtVerifier {
  readonly #kernel: Kernel;
  readonly #keys = new Map<string, Keys>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The claims, when signature, issuer, audience and times are right; else throws TokenRefused. */
  async verify(token: string, expected: { issuer: string; audiences: string[] }): Promise<Record<string, unknown>> {
    const [header = '', payload = '', signature = '', ...rest] = token.split('.');
    const head = parse(header);
    const claims = parse(payload);
    if (rest.length > 0 || signature === '' || !/^RS(256|384|512)$/.test(String(head.alg)))
      throw new TokenRefused('the token does not have a valid form');
    const key = (await this.#keysOf(expected.issuer)).get(String(head.kid));
    if (!key) throw new TokenRefused('the token is signed with a key the issuer does not have');
    const good = verify(
      `RSA-SHA${String(head.alg).slice(2)}`,
      Buffer.from(`${header}.${payload}`),
      key,
      Buffer.from(signature, 'base64url'),
    );
    if (!good) throw new TokenRefused('the token has a signature that is not valid');
    this.#checkClaims(claims, expected);
    return claims;
  }

  #checkClaims(claims: Record<string, unknown>, expected: { issuer: string; audiences: string[] }): void {
    const nowSeconds = this.#kernel.clock.now() / 1000;
    if (claims.iss !== expected.issuer) throw new TokenRefused('the token does not have a valid issuer');
    const audience = [claims.aud ?? claims.client_id].flat().map(String);
    if (!audience.some((one) => expected.audiences.includes(one)))
      throw new TokenRefused('the token does not have a valid audience');
    if (typeof claims.exp !== 'number' || claims.exp <= nowSeconds) throw new TokenRefused('the token has expired');
    if (typeof claims.nbf === 'number' && claims.nbf > nowSeconds) throw new TokenRefused('the token is not valid yet');
    if (typeof claims.iat === 'number' && claims.iat > nowSeconds + 60)
      throw new TokenRefused('the token was issued in the future');
  }

  async #keysOf(issuer: string): Promise<Map<string, KeyObject>> {
    const known = this.#keys.get(issuer);
    if (known && known.untilMs > this.#kernel.clock.now()) return known.byId;
    const discovery = await this.#document(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { keys = [] } = (await this.#document(String(discovery.jwks_uri))) as {
      keys?: (JsonWebKey & { kid?: string })[];
    };
    const byId = new Map<string, KeyObject>();
    for (const key of keys) {
      const read = key.kty === 'RSA' ? readKey(key) : undefined;
      if (read) byId.set(String(key.kid), read);
    }
    this.#keys.set(issuer, { byId, untilMs: this.#kernel.clock.now() + keysMs });
    return byId;
  }

  /** Not for longer than the route's integration may take, and not to where an answer would lead it. */
  async #fetched(url: URL): Promise<Record<string, unknown>> {
    const limit = new AbortController();
    const timer = this.#kernel.clock.after(fetchMs, "an issuer's keys", () => limit.abort(), { basis: 'elapsed' });
    try {
      const { body } = await undici().request(url, { signal: limit.signal });
      return JSON.parse((await readBody(body, documentLimit)).toString()) as Record<string, unknown>;
    } finally {
      timer.cancel();
    }
  }

  /** From a name inside Orrery or from loopback: no connection is opened to the internet. */
  async #document(address: string): Promise<Record<string, unknown>> {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url) throw new TokenRefused('the issuer has no valid address');
    const plane = this.#kernel.engine(hosts).find(url.hostname);
    try {
      if (plane) {
        const request = {
          method: 'GET',
          url: url.pathname + url.search,
          host: url.hostname,
          headers: { host: url.host },
          body: undefined,
          client: { ip: '127.0.0.1', port: 0, secure: true, httpVersion: '1.1' },
          signal: new AbortController().signal,
        };
        const answer = await plane(request, startTrace(this.#kernel, 'apigatewayv2', 'keys of an issuer'));
        const body =
          typeof answer.body === 'string' ? Buffer.from(answer.body) : await readBody(answer.body, documentLimit);
        return JSON.parse(body.toString()) as Record<string, unknown>;
      }
      if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname))
        throw new TokenRefused(`the issuer ${url.hostname} is outside: Orrery opens no connections to the internet`);
      return await this.#fetched(url);
    } catch (error) {
      if (error instanceof TokenRefused) throw error;
      throw new TokenRefused("the issuer's keys cannot be read");
    }
  }
}

/** Others of its issuer go on being good where one cannot be read. */
function readKey(key: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function parse(part: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    // Told below.
  }
  if (typeof value !== 'object' || value === null) throw new TokenRefused('the token does not have a valid form');
  return value as Record<string, unknown>;
}
