// What the pixel and the links of a tracked mail stand for. They are kept here, and the mail holds only a secret: no address leads on
// to where SES was not told to.
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { SentMessage } from './message.ts';
import type { TrackedLink } from './tracking-html.ts';

export interface TrackedMail {
  message: SentMessage;
  links: TrackedLink[];
}

/** As many as mailboxes keep mails (engines/mail): nobody reads an older one. */
const mostMails = 10_000;

export const trackedMails = defineEngine('ses.tracked-mails', (kernel) => new TrackedMails(kernel));

export class TrackedMails {
  readonly #kernel: Kernel;
  readonly #most: number;

  constructor(kernel: Kernel, most = mostMails) {
    this.#kernel = kernel;
    this.#most = most;
    kernel.store.migrate('ses.tracked-mails', [
      'CREATE TABLE ses_tracked (number INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL UNIQUE, about TEXT NOT NULL)',
    ]);
  }

  newToken(): string {
    return this.#kernel.ids.secret(32);
  }

  /** Durable with the caller's other writes of the turn. */
  keep(token: string, mail: TrackedMail): void {
    const { insertedKey: number } = this.#kernel.store
      .prepare('INSERT INTO ses_tracked (token, about) VALUES (?, ?)')
      .run(token, JSON.stringify(mail));
    this.#kernel.store.prepare('DELETE FROM ses_tracked WHERE number <= ?').run(Number(number) - this.#most);
  }

  find(token: string): TrackedMail | undefined {
    const row = this.#kernel.store
      .prepare('SELECT about FROM ses_tracked WHERE token = ?')
      .get<{ about: string }>(token);
    return row && (JSON.parse(row.about) as TrackedMail);
  }
}
