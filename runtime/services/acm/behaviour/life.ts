import { dns } from '../../../data-planes/dns/dns.ts';
import type { KeyAlgorithm } from '../../../engines/certificates/authority.ts';
import { certificates as engine } from '../../../engines/certificates/certificates.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type CertificateRecord, certificatesOf, keep, keySeal, x509Of } from '../state.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** A certificate of ACM has another status. */
    'acm.certificate': { arn: string; status: CertificateRecord['Status'] };
  }
}

const dayMs = 24 * 60 * 60_000;
/** "DNS validation", ACM User Guide: within minutes on AWS; the request ends after 72 hours. */
const issuedAfterMs = 1000;
const requestEndsAfterMs = 72 * 60 * 60_000;
/** "Managed certificate renewal": certificates are good for 198 days since 2026, and renewed 45 days before they end. */
const validDays = 198;
const renewedBeforeMs = 45 * dayMs;

/** What happens to certificates by the clock and by DNS: issue, renewal, expiry. */
export const lives = defineEngine('acm.lives', (kernel) => new Lives(kernel));

class Lives {
  readonly #kernel: Kernel;
  readonly #timers = new Map<string, Timer>();
  /** Whose validation record a name would be. */
  readonly #awaited = new Map<string, Set<string>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Sets the next thing to come for a certificate, instead of what was set before. */
  watch(record: CertificateRecord): void {
    this.forget(record.CertificateArn);
    for (const { record: cname } of record.Validations) {
      const arns = this.#awaited.get(cname.Name) ?? new Set();
      this.#awaited.set(cname.Name, arns.add(record.CertificateArn));
    }
    if (record.Status === 'PENDING_VALIDATION') {
      this.#at(record, record.createdMs + requestEndsAfterMs, 'end of an ACM request', (now) => this.#timeOut(now));
      this.#validate(record);
    } else if (record.Status === 'ISSUED') this.#awaitEnd(record);
  }

  forget(arn: string): void {
    this.#timers.get(arn)?.cancel();
    this.#timers.delete(arn);
    for (const arns of this.#awaited.values()) arns.delete(arn);
  }

  /** A record has changed: it may be what a pending certificate, or a renewal, waits for. */
  dnsChanged(name: string): void {
    for (const arn of this.#awaited.get(name) ?? []) {
      const record = this.#find(arn);
      if (record?.Status === 'PENDING_VALIDATION') this.#validate(record);
      else if (record?.renewal?.status === 'PENDING_VALIDATION') this.#renew(record);
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #validate(record: CertificateRecord): void {
    const Validations = record.Validations.map((one) => ({
      ...one,
      status: this.#proves(one.record) ? ('SUCCESS' as const) : ('PENDING_VALIDATION' as const),
    }));
    keep(this.#kernel, { ...record, Validations });
    if (!Validations.every(({ status }) => status === 'SUCCESS')) return;
    this.#at(record, this.#kernel.clock.now() + issuedAfterMs, 'issue of an ACM certificate', (now) =>
      this.#issue(now),
    );
  }

  #isProved(record: CertificateRecord): boolean {
    return record.Validations.every(({ record: cname }) => this.#proves(cname));
  }

  #proves({ Name, Value }: { Name: string; Value: string }): boolean {
    const { answers } = this.#kernel.engine(dns).resolve(Name, 'CNAME');
    return answers.some((answer) => answer.type === 'CNAME' && `${answer.data.toLowerCase()}.` === Value);
  }

  async #issue(record: CertificateRecord): Promise<void> {
    const authority = this.#kernel.engine(engine);
    const how = { keyAlgorithm: record.KeyAlgorithm as KeyAlgorithm, validDays };
    const issued = await authority.issue(record.SubjectAlternativeNames, how);
    const { certificatePem: chainPem } = await authority.authority();
    // It may have been deleted while its key was made.
    if (!this.#find(record.CertificateArn)) return;
    const sealedKey = this.#kernel.engine(keySeal).seal(issued.privateKeyPem, record.CertificateArn);
    const Validations = record.Validations.map((one) => ({ ...one, status: 'SUCCESS' as const }));
    this.#become({
      ...record,
      Status: 'ISSUED',
      Validations,
      issuedMs: this.#kernel.clock.now(),
      material: { certificatePem: issued.certificatePem, chainPem, sealedKey },
    });
  }

  #awaitEnd(record: CertificateRecord): void {
    const endMs = endOf(record);
    if (record.Type === 'IMPORTED') this.#at(record, endMs, 'end of a certificate', (now) => this.#expire(now));
    else this.#at(record, endMs - renewedBeforeMs, 'renewal of an ACM certificate', (now) => this.#renew(now));
  }

  /**
   * Issues anew under the same ARN what is in use and still proved by its record ("Managed certificate renewal"); otherwise
   * tries again every day until the end.
   */
  #renew(record: CertificateRecord): void | Promise<void> {
    const { clock } = this.#kernel;
    const endMs = endOf(record);
    if (clock.now() >= endMs) return this.#expire(record);
    const isUsed = this.#kernel.engine(engine).usersOf(record.CertificateArn).length > 0;
    const updatedMs = clock.now();
    if (isUsed && this.#isProved(record)) return this.#issue({ ...record, renewal: { status: 'SUCCESS', updatedMs } });
    if (isUsed) keep(this.#kernel, { ...record, renewal: { status: 'PENDING_VALIDATION', updatedMs } });
    const nextMs = Math.min(clock.now() + dayMs, endMs);
    this.#at(record, nextMs, 'renewal of an ACM certificate', (now) => this.#renew(now));
  }

  #expire(record: CertificateRecord): void {
    this.#become({ ...record, Status: 'EXPIRED' });
  }

  #timeOut(record: CertificateRecord): void {
    const Validations = record.Validations.map((one) => ({ ...one, status: 'FAILED' as const }));
    this.#become({ ...record, Status: 'VALIDATION_TIMED_OUT', Validations });
  }

  #become(record: CertificateRecord): void {
    keep(this.#kernel, record);
    this.watch(record);
    this.#kernel.events.emit('acm.certificate', { arn: record.CertificateArn, status: record.Status });
  }

  #at(
    record: CertificateRecord,
    atMs: number,
    name: string,
    then: (record: CertificateRecord) => void | Promise<void>,
  ): void {
    this.#timers.get(record.CertificateArn)?.cancel();
    const timer = this.#kernel.clock.at(
      atMs,
      name,
      () => {
        const now = this.#find(record.CertificateArn);
        return now && then(now);
      },
      { kind: 'expiry' },
    );
    this.#timers.set(record.CertificateArn, timer);
  }

  #find(arn: string): CertificateRecord | undefined {
    const [, , , region = '', account = ''] = arn.split(':');
    return certificatesOf(this.#kernel, { account, region }).get(arn);
  }
}

export function endOf(record: CertificateRecord): number {
  const certificate = x509Of(record);
  return certificate ? Date.parse(certificate.validTo) : Number.POSITIVE_INFINITY;
}
