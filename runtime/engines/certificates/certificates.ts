import type { SecureContext, SecureContextOptions } from 'node:tls';
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import { Authority, type Issued, type KeyAlgorithm } from './authority.ts';

/** A certificate that may be shown to clients, with its key. */
export interface ServedCertificate {
  names: readonly string[];
  certificatePem: string;
  /** Intermediate certificates, or nothing. */
  chainPem: string;
  privateKeyPem: string;
}

/** What a server agrees on with its clients. */
export interface TlsSettings {
  minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** By their OpenSSL names, the preferred first. */
  ciphers: readonly string[];
  /** Groups of the key exchange; undefined: what OpenSSL takes. */
  groups?: readonly string[];
}

const dayMs = 24 * 60 * 60_000;
const mostContexts = 500;

/** Names of AWS's own, which AWS's certificates cover, and this machine's. */
const defaultNames = /(^|\.)(cloudfront\.net|amazonaws\.com|on\.aws|localhost)$/;

/**
 * The certificates of one runtime: the local authority, what ACM has issued or imported, who uses it, and which one a
 * client is shown. ACM pushes in, CloudFront and API Gateway say what they use, the HTTPS port asks.
 */
export const certificates = defineEngine('certificates', (kernel) => new Certificates(kernel));

export class Certificates {
  readonly #kernel: Kernel;
  readonly #served = new Map<string, ServedCertificate>();
  readonly #users = new Map<string, Set<string>>();
  readonly #shown = new Map<string, readonly string[]>();
  readonly #contexts = new Map<string, Promise<SecureContext>>();
  #authority: Promise<Authority> | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  authority(): Promise<Authority> {
    const { clock, ids, store } = this.#kernel;
    this.#authority ??= Authority.open(store.folder('certificates'), {
      nowMs: clock.now() - clock.offset(),
      serialNumber: serialFrom(ids.hex(32)),
    });
    return this.#authority;
  }

  /**
   * A certificate of the local authority, valid from the machine's time, by which clients judge, to `validDays` after the
   * cloud's, which may be ahead.
   */
  async issue(names: readonly string[], how: { keyAlgorithm: KeyAlgorithm; validDays: number }): Promise<Issued> {
    const { clock, ids } = this.#kernel;
    const nowMs = clock.now();
    return (await this.authority()).issue({
      names,
      keyAlgorithm: how.keyAlgorithm,
      serialNumber: serialFrom(ids.hex(32)),
      notBefore: new Date(Math.min(nowMs, nowMs - clock.offset()) - dayMs),
      notAfter: new Date(nowMs + how.validDays * dayMs),
    });
  }

  put(arn: string, certificate: ServedCertificate): void {
    this.#served.set(arn, certificate);
    this.#contexts.clear();
  }

  remove(arn: string): void {
    this.#served.delete(arn);
    this.#contexts.clear();
  }

  /** As ACM issued or imported it; undefined while it may not be shown to anybody. */
  find(arn: string): ServedCertificate | undefined {
    return this.#served.get(arn);
  }

  /** What a resource uses from now on; undefined: none. */
  use(resourceArn: string, certificateArns: string | readonly string[] | undefined): void {
    for (const users of this.#users.values()) users.delete(resourceArn);
    for (const arn of [certificateArns ?? []].flat()) {
      const users = this.#users.get(arn) ?? new Set();
      users.add(resourceArn);
      this.#users.set(arn, users);
    }
    this.#contexts.clear();
  }

  /** What the endpoint of that name shows over TLS; undefined takes it back. Names of AWS's, lower case. */
  showAt(endpoint: string, certificateArns: readonly string[] | undefined): void {
    if (certificateArns) this.#shown.set(endpoint, certificateArns);
    else this.#shown.delete(endpoint);
  }

  /** The names that the endpoint's certificates are for; undefined where nobody told what it shows. */
  namesAt(endpoint: string): string[] | undefined {
    return this.#shown.get(endpoint)?.flatMap((arn) => this.#served.get(arn)?.names ?? []);
  }

  usersOf(certificateArn: string): string[] {
    return [...(this.#users.get(certificateArn) ?? [])];
  }

  /**
   * What a client that asks for `serverName` is shown: a certificate of ACM for that very name, one that is in use before
   * others; for AWS's names and those under .localhost one that the authority makes for it. Undefined for any other name.
   */
  contextFor(serverName: string, settings?: TlsSettings): Promise<SecureContext> | undefined {
    const name = serverName.toLowerCase().replace(/\.$/, '');
    const served = this.#find(name);
    if (!served && !defaultNames.test(name)) return undefined;
    const make = () => (served ? contextOf(served, settings) : this.#default(name, settings));
    return this.#context(`${name} ${JSON.stringify(settings ?? '')}`, make);
  }

  /**
   * What a server with these certificates shows, the exact name's before a wildcard's, the first where none is for the name asked
   * for ("SSL certificates for your Application Load Balancer", certificate selection). A name under .localhost is a browser's on this machine, which trusts only a certificate for that very name.
   */
  contextAmong(
    arns: readonly string[],
    serverName: string | undefined,
    settings?: TlsSettings,
  ): Promise<SecureContext> | undefined {
    const served = arns.flatMap((arn) => {
      const found = this.#served.get(arn);
      return found ? [{ arn, found }] : [];
    });
    const name = serverName?.toLowerCase();
    const fits = (by: (pattern: string, wanted: string) => boolean) =>
      name === undefined ? undefined : served.find(({ found }) => found.names.some((pattern) => by(pattern, name)));
    const fitting = fits((pattern, wanted) => pattern.toLowerCase() === wanted) ?? fits(covers);
    const rules = JSON.stringify(settings ?? '');
    if (!fitting && name?.endsWith('.localhost'))
      return this.#context(`${name} ${rules}`, () => this.#default(name, settings));
    const chosen = fitting ?? served[0];
    return chosen && this.#context(`${chosen.arn} ${rules}`, () => contextOf(chosen.found, settings));
  }

  #context(key: string, make: () => Promise<SecureContext>): Promise<SecureContext> {
    const known = this.#contexts.get(key);
    if (known) return known;
    const made = make();
    if (this.#contexts.size >= mostContexts) this.#contexts.clear();
    this.#contexts.set(key, made);
    made.catch(() => this.#contexts.delete(key));
    return made;
  }

  #find(name: string): ServedCertificate | undefined {
    const fitting = [...this.#served].filter(([, { names }]) => names.some((pattern) => covers(pattern, name)));
    const used = fitting.find(([arn]) => (this.#users.get(arn)?.size ?? 0) > 0);
    return (used ?? fitting[0])?.[1];
  }

  async #default(name: string, settings?: TlsSettings): Promise<SecureContext> {
    const issued = await this.issue([name], { keyAlgorithm: 'EC_prime256v1', validDays: 397 });
    return contextOf({ ...issued, names: [name], chainPem: '' }, settings);
  }
}

async function contextOf(certificate: ServedCertificate, settings?: TlsSettings): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls');
  const { certificatePem, chainPem, privateKeyPem } = certificate;
  return createSecureContext({
    cert: `${certificatePem.trim()}\n${chainPem}`,
    key: privateKeyPem,
    ...(settings ? optionsOf(settings) : { minVersion: 'TLSv1.2' }),
  });
}

function optionsOf({ minVersion, maxVersion, ciphers, groups }: TlsSettings): SecureContextOptions {
  // OpenSSL speaks TLS 1.0 and 1.1 at security level 0 only, for their SHA-1 signatures.
  const level = minVersion === 'TLSv1' || minVersion === 'TLSv1.1' ? ':@SECLEVEL=0' : '';
  return {
    minVersion,
    maxVersion,
    ciphers: `${ciphers.join(':')}${level}`,
    honorCipherOrder: true,
    ...(groups ? { ecdhCurve: groups.join(':') } : {}),
  };
}

/** A wildcard stands for one label ("Wildcard names", ACM User Guide). */
export function covers(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase();
  if (!wanted.startsWith('*.')) return wanted === name;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot) === wanted.slice(1);
}

/** A positive number (RFC 5280 §4.1.2.2) in hexadecimal. */
function serialFrom(hex: string): string {
  return `0${hex.slice(1)}`.replace(/^00/, '01');
}
