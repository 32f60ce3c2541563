import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PersonError } from '../../kernel/errors.ts';
import type { Command, CommandLine } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import { usageError } from '../errors.ts';
import type { ShownMail } from '../kept-mail.ts';
import { askLines } from '../runtime-client.ts';
import { type Terminal, table } from '../terminal.ts';

const listed = 50;

export const mail: Command = {
  name: 'mail',
  summary: 'every mail that was sent: SES, SNS, SMTP; none leaves this machine',
  positionals: '[NUMBER | MESSAGE ID]',
  options: {
    to: { type: 'string', value: 'ADDRESS', about: 'only what was sent to it; a part of an address is enough' },
    last: { type: 'string', value: 'N', about: `the newest N (default ${listed}; all with --json)` },
    html: { type: 'boolean', about: 'of one mail: its HTML with its pictures, to open in a browser' },
    raw: { type: 'boolean', about: 'of one mail: the MIME message as it was sent' },
    save: { type: 'string', value: 'FOLDER', about: 'of one mail: write its attachments there' },
  },
  details: `
  orrery mail                          the newest mails
  orrery mail 3                        the third one that was sent
  orrery mail 3 --html > mail.html     to look at
  orrery mail --json --to admin@       [{from, to, subject, text, html, attachments, time, …}], attachments in base64`,
  async run(line, out) {
    if (line.positionals.length > 1) throw usageError('`mail` shows one mail at a time.', '', 'mail');
    const [which] = line.positionals;
    if (which !== undefined) return showOne(which, line, out);
    for (const option of ['html', 'raw', 'save'])
      if (line.flag(option) || line.text(option) !== undefined)
        throw usageError(`--${option} is of one mail: say which.`, '', 'mail');
    return line.flag('json') ? listJson(line, out) : list(line, out);
  },
};

function fetchMail(line: CommandLine, query: Record<string, string>): AsyncGenerator<ShownMail> {
  return withoutErrors(askLines(requireRuntime(dataFolder(line)), 'GET', `mail?${new URLSearchParams(query)}`));
}

type Line = ShownMail & { error?: { code: string; message: string; next: string } };

async function* withoutErrors(lines: AsyncGenerator<Line>): AsyncGenerator<ShownMail> {
  for await (const one of lines) {
    if (one.error) throw new PersonError(one.error.code, one.error.message, one.error.next);
    yield one;
  }
}

function filterOf(line: CommandLine, last: string): Record<string, string> {
  line.number('last', 0);
  return { to: line.text('to') ?? '', last: line.text('last') ?? last };
}

/** One at a time, so that attachments need not be in memory all at once. */
async function listJson(line: CommandLine, out: Terminal): Promise<void> {
  let before = '[';
  for await (const one of fetchMail(line, { ...filterOf(line, ''), contents: 'true' })) {
    out.line(`${before}${JSON.stringify(one, null, 2)}`);
    before = ',';
  }
  out.line(before === '[' ? '[]' : ']');
}

async function list(line: CommandLine, out: Terminal): Promise<void> {
  const rows: string[][] = [];
  for await (const one of fetchMail(line, filterOf(line, String(listed)))) {
    const attached = one.attachments.length > 0 ? ` (+${one.attachments.length})` : '';
    const time = one.time.replace('T', ' ').slice(0, 19);
    rows.push([String(one.number), time, one.from, one.recipients.join(', '), `${one.subject}${attached}`]);
  }
  if (rows.length === 0) return out.line('No mail has been sent.');
  for (const text of table([['#', 'time (UTC)', 'from', 'to', 'subject'], ...rows])) out.line(text);
}

async function showOne(which: string, line: CommandLine, out: Terminal): Promise<void> {
  const folder = line.text('save');
  const contents = String(folder !== undefined || line.flag('json') || line.flag('html'));
  for await (const one of fetchMail(line, { which, contents, raw: String(line.flag('raw')) })) {
    if (folder !== undefined) saveAttachments(one, folder, out);
    else if (line.flag('json')) out.json(one);
    else if (line.flag('raw')) out.line(one.raw ?? '');
    else if (line.flag('html')) out.line(withPictures(one));
    else print(one, out);
  }
}

function print(one: ShownMail, out: Terminal): void {
  const elsewhere = one.recipients.filter(
    (address) => ![...one.to, ...one.cc].some((shown) => shown.includes(address)),
  );
  const rows = [
    ['From', one.from],
    ['To', one.to.join(', ')],
    ['Cc', one.cc.join(', ')],
    ['Delivered to', elsewhere.join(', ')],
    ['Reply-To', one.replyTo.join(', ')],
    ['Time', one.time],
    ['Subject', one.subject],
    ['Sent by', `${one.service} ${one.id}`],
    ...one.attachments.map((part) => [
      'Attached',
      `${part.name || '(no name)'}  ${part.contentType}  ${part.size} bytes`,
    ]),
  ].filter(([, value]) => value !== '');
  for (const text of table(rows.map(([name = '', value = '']) => [out.style('dim', name), value]))) out.line(text);
  out.line();
  out.line(one.text || (one.html ? `(HTML only: orrery mail ${one.number} --html > mail.html)` : '(no text)'));
}

/** A browser does not know `cid:`, by which the HTML of a mail names its parts. */
function withPictures({ html, attachments }: ShownMail): string {
  return attachments.reduce((page, { contentId, contentType, content = '' }) => {
    return contentId === '' ? page : page.replaceAll(`cid:${contentId}`, `data:${contentType};base64,${content}`);
  }, html);
}

/** The name is the sender's: only its last part is used, and a file that is there is not overwritten. */
function saveAttachments(one: ShownMail, folder: string, out: Terminal): void {
  mkdirSync(folder, { recursive: true });
  one.attachments.forEach(({ name, content = '' }, index) => {
    const file = join(folder, safeName(name) || `attachment-${index + 1}`);
    try {
      writeFileSync(file, Buffer.from(content, 'base64'), { flag: 'wx' });
    } catch (error) {
      throw new PersonError(
        'not-saved',
        `${file} was not written: ${(error as Error).message}.`,
        'Choose another folder.',
      );
    }
    out.line(file);
  });
  if (one.attachments.length === 0) out.note(`Mail ${one.number} has no attachments.`);
}

function safeName(name: string): string {
  const last = basename(name.replaceAll('\\', '/')).replace(/\p{Cc}/gu, '');
  return last === '.' || last === '..' ? '' : last;
}
