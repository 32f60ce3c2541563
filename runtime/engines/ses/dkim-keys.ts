// Easy DKIM's keys: made with a domain's tokens, published where the tokens' CNAMEs lead, used when its mail is signed.
import { createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { dns } from '../../data-planes/dns/dns.ts';
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { domainOf } from './addresses.ts';
import { looked } from './identities.ts';
import { type Identity, identities } from './state.ts';

/** Amazon's own zone, which is nobody's here. */
const zone = {
  id: 'AMAZONSES-DKIM',
  name: 'dkim.amazonses.com.',
  account: '',
  vpcs: undefined,
  queryLogGroupArn: undefined,
};

export interface DkimKey {
  /** PEM. */
  privateKey: string;
}

export const dkimKeys = defineEngine('ses.dkim-keys', (kernel) => new DkimKeys(kernel));

class DkimKeys {
  readonly #kernel: Kernel;
  readonly #making = new Map<string, Promise<DkimKey>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.engine(dns).putZone(zone);
    for (const scope of kernel.store.scopes('ses.dkim-keys'))
      for (const [token, key] of this.#of(scope).entries()) this.#publish(token, key);
  }

  /** The key behind a domain's tokens, made and published if there is none yet. */
  of(scope: Scope, { EmailIdentity, dkim }: Identity): Promise<DkimKey> {
    const [token = ''] = dkim.Tokens;
    const kept = this.#of(scope).get(token);
    if (kept) return Promise.resolve(kept);
    const making = this.#making.get(token) ?? this.#make(scope, { EmailIdentity, dkim });
    this.#making.set(token, making);
    return making.finally(() => this.#making.delete(token));
  }

  async #make(scope: Scope, { dkim }: Pick<Identity, 'EmailIdentity' | 'dkim'>): Promise<DkimKey> {
    const modulusLength = dkim.NextSigningKeyLength === 'RSA_1024_BIT' ? 1024 : 2048;
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
    const key = { privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    // AWS rotates among three keys; here one stands behind all three selectors.
    for (const token of dkim.Tokens) {
      this.#of(scope).put(token, key);
      this.#publish(token, key);
    }
    return key;
  }

  /** The records of tokens that count no more are gone, as are mails' chances to be verified by them. */
  forget(scope: Scope, { dkim }: Identity): void {
    for (const token of dkim.Tokens) {
      this.#of(scope).delete(token);
      this.#kernel.engine(dns).setRecords(zone.id, `${token}.${zone.name}`, []);
    }
  }

  /** "DKIM record" (RFC 6376, 3.6.1): strings of a TXT record have at most 255 bytes. */
  #publish(token: string, { privateKey }: DkimKey): void {
    const key = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
    const strings = `v=DKIM1; k=rsa; p=${key}`.match(/.{1,255}/g) ?? [];
    const plain = { alias: undefined, setIdentifier: undefined, healthCheckId: undefined, routing: undefined };
    const values = [strings.map((text) => `"${text}"`).join(' ')];
    this.#kernel
      .engine(dns)
      .setRecords(zone.id, `${token}.${zone.name}`, [{ type: 'TXT', ttl: 3600, values, ...plain }]);
  }

  #of({ account, region }: Scope): Collection<DkimKey> {
    return this.#kernel.store.collection<DkimKey>('ses.dkim-keys', { account, region });
  }
}

export interface DkimSigner extends DkimKey {
  domain: string;
  selector: string;
}

/**
 * Who signs mail from an address: the nearest domain above it whose records are there and whose signing is on, unless the
 * address is an identity with its own turned off ("Authenticating Email with DKIM in Amazon SES").
 */
export async function dkimSigner(kernel: Kernel, scope: Scope, address: string): Promise<DkimSigner | undefined> {
  const all = identities(kernel, scope);
  if (all.get(address)?.dkim.SigningEnabled === false) return undefined;
  const labels = domainOf(address).split('.');
  for (let at = 0; at < labels.length - 1; at += 1) {
    const found = all.get(labels.slice(at).join('.'));
    if (!found) continue;
    const { EmailIdentity: domain, dkim } = looked(kernel, scope, found);
    if (!dkim.verified) continue;
    if (!dkim.SigningEnabled) return undefined;
    return { ...(await kernel.engine(dkimKeys).of(scope, found)), domain, selector: dkim.Tokens[0] ?? '' };
  }
  return undefined;
}
