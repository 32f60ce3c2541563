import type { SecureContext } from 'node:tls';
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
  contextFor(serverName: string): Promise<SecureContext> | undefined {
    const name = serverName.toLowerCase().replace(/\.$/, '');
    const known = this.#contexts.get(name);
    if (known) return known;
    const served = this.#find(name);
    if (!served && !defaultNames.test(name)) return undefined;
    const made = served ? contextOf(served) : this.#default(name);
    if (this.#contexts.size >= mostContexts) this.#contexts.clear();
    this.#contexts.set(name, made);
    made.catch(() => this.#contexts.delete(name));
    return made;
  }

  /** What a server with these certificates shows, the first where none is for the name that is asked for. */
  contextAmong(arns: readonly string[], serverName: string | undefined): Promise<SecureContext> | undefined {
    const served = arns.flatMap((arn) => this.#served.get(arn) ?? []);
    const name = serverName?.toLowerCase();
    const fitting = served.find(({ names }) => name && names.some((pattern) => covers(pattern, name)));
    const chosen = fitting ?? served[0];
    return chosen && contextOf(chosen);
  }

  #find(name: string): ServedCertificate | undefined {
    const fitting = [...this.#served].filter(([, { names }]) => names.some((pattern) => covers(pattern, name)));
    const used = fitting.find(([arn]) => (this.#users.get(arn)?.size ?? 0) > 0);
    return (used ?? fitting[0])?.[1];
  }

  async #default(name: string): Promise<SecureContext> {
    const issued = await this.issue([name], { keyAlgorithm: 'EC_prime256v1', validDays: 397 });
    return contextOf({ ...issued, names: [name], chainPem: '' });
  }
}

async function contextOf(certificate: ServedCertificate): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls');
  const { certificatePem, chainPem, privateKeyPem } = certificate;
  return createSecureContext({
    cert: `${certificatePem.trim()}\n${chainPem}`,
    key: privateKeyPem,
    minVersion: 'TLSv1.2',
  });
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
