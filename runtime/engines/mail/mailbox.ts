// No mail leaves the machine: whatever a service sends ends here, where `orrery mail` reads it.
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import { type Attachment, type ParsedMail, parseMail, readAttachments } from './parse.ts';

export interface Posted {
  /** The sending service's message id; unique. */
  id: string;
  account: string;
  region: string;
  /** The AWS CLI's name of what sent it: sesv2, sns. */
  service: string;
  /** MAIL FROM: where bounces go. */
  envelopeFrom: string;
  /** RCPT TO: those it was delivered to, which the headers need not name. */
  recipients: readonly string[];
  /** MIME (RFC 5322). */
  raw: Buffer;
}

export interface KeptMail extends ParsedMail {
  /** Counts up from 1, for people. */
  number: number;
  id: string;
  service: string;
  account: string;
  region: string;
  envelopeFrom: string;
  recipients: string[];
  timeMs: number;
  bytes: number;
}

/** The oldest go first. A month of orders fits; a loop that sends for ever does not fill the disk. */
const limits = { mails: 10_000, bytes: 1024 ** 3 };

export const mailbox = defineEngine('mail.mailbox', (kernel) => new Mailbox(kernel));

export class Mailbox {
  readonly #kernel: Kernel;
  readonly #limits: typeof limits;
  #held: { mails: number; bytes: number };

  constructor(kernel: Kernel, within = limits) {
    this.#kernel = kernel;
    this.#limits = within;
    kernel.store.migrate('mail', [
      `CREATE TABLE mail (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, about TEXT NOT NULL,
         bytes INTEGER NOT NULL, raw BLOB NOT NULL)`,
    ]);
    this.#held = this.#count();
  }

  /** Keeps a mail as it was sent, and as it reads. Durable with the caller's other writes of the turn. */
  async post({ raw, ...mail }: Posted): Promise<KeptMail> {
    const bytes = raw.length;
    const about = { ...mail, recipients: [...mail.recipients], timeMs: this.#kernel.clock.now(), bytes };
    const kept = { ...about, ...(await parseMail(raw)) };
    const { insertedKey: number } = this.#kernel.store
      .prepare('INSERT INTO mail (id, about, bytes, raw) VALUES (?, ?, ?, ?)')
      .run(mail.id, JSON.stringify(kept), bytes, raw);
    this.#held = { mails: this.#held.mails + 1, bytes: this.#held.bytes + bytes };
    if (this.#held.mails > this.#limits.mails || this.#held.bytes > this.#limits.bytes) this.#makeRoom();
    return { number, ...kept };
  }

  /** The newest `last` mails that went to an address with `to` in it, oldest first. */
  list({ last = this.#limits.mails, to = '' }: { last?: number; to?: string } = {}): KeptMail[] {
    const wanted = to.toLowerCase();
    const found: KeptMail[] = [];
    const rows = this.#kernel.store.prepare('SELECT number, about FROM mail ORDER BY number DESC').iterate<Row>();
    for (const row of rows) {
      if (found.length === last) break;
      const kept = keptOf(row);
      if (kept.recipients.some((address) => address.toLowerCase().includes(wanted))) found.push(kept);
    }
    return found.reverse();
  }

  /** By number or message id. */
  find(which: string): KeptMail | undefined {
    const row = this.#kernel.store
      .prepare(`SELECT number, about FROM mail WHERE ${columnOf(which)} = ?`)
      .get<Row>(which);
    return row && keptOf(row);
  }

  raw(which: string): Buffer | undefined {
    const row = this.#kernel.store
      .prepare(`SELECT raw FROM mail WHERE ${columnOf(which)} = ?`)
      .get<{ raw: Uint8Array }>(which);
    return row && Buffer.from(row.raw);
  }

  async attachments(mail: KeptMail): Promise<Attachment[]> {
    const raw = mail.attachments.length > 0 ? this.raw(mail.id) : undefined;
    return raw ? readAttachments(raw) : [];
  }

  #makeRoom(): void {
    for (this.#held = this.#count(); this.#overfull(); this.#held = this.#count())
      this.#kernel.store.prepare('DELETE FROM mail WHERE number = (SELECT MIN(number) FROM mail)').run();
  }

  #overfull(): boolean {
    const { mails, bytes } = this.#held;
    return mails > 1 && (mails > this.#limits.mails || bytes > this.#limits.bytes);
  }

  #count(): { mails: number; bytes: number } {
    const { mails = 0, bytes = 0 } =
      this.#kernel.store
        .prepare('SELECT COUNT(*) AS mails, COALESCE(SUM(bytes), 0) AS bytes FROM mail')
        .get<{ mails: number; bytes: number }>() ?? {};
    return { mails, bytes };
  }
}

interface Row {
  number: number;
  about: string;
}

function columnOf(which: string): 'number' | 'id' {
  return /^\d+$/.test(which) ? 'number' : 'id';
}

function keptOf({ number, about }: Row): KeptMail {
  return { number, ...(JSON.parse(about) as Omit<KeptMail, 'number'>) };
}
