import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { withHtmlParts } from './html-parts.ts';

const mime = (lines: string[]): Buffer => Buffer.from(lines.join('\r\n'));
const shout = (html: string): string => html.replace('quiet', `LOUD ${'x'.repeat(1200)}`);

test('HTML in parts of parts is changed as it is encoded, and everything else stays byte for byte', async () => {
  const html = Buffer.from('<p>quiet – ünïcödé</p>');
  const before = [
    'From: a@example.com',
    'Content-Type: multipart/mixed; boundary="outer (1)"',
    '',
    'preamble',
    '--outer (1)',
    'Content-Type: multipart/alternative;',
    ' boundary=inner',
    '',
    '--inner',
    'Content-Type: text/plain',
    '',
    'quiet text  ',
    '--inner',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: BASE64',
    '',
    html.toString('base64'),
    '--inner--',
    '',
    '--outer (1)',
    'Content-Type: text/html',
    'Content-Disposition: attachment; filename=page.html',
    '',
    '<p>quiet</p>',
    '--outer (1)--',
    'epilogue',
    '',
  ];
  const after = withHtmlParts(mime(before), shout).toString();
  const email = await PostalMime.parse(after);
  assert.equal(email.html?.trimEnd(), `<p>LOUD ${'x'.repeat(1200)} – ünïcödé</p>`);
  const kept = (text: string) => text.replace(/(BASE64\r\n\r\n)[\s\S]*?(\r\n--inner--)/, '$1$2');
  assert.equal(kept(after), kept(before.join('\r\n')));
});

test('what could become too long a line, or is quoted-printable, goes out quoted-printable', async () => {
  const plain = ['Subject: x', 'Content-Type: text/html; charset=UTF-8', '', '<p>quiet = ü</p>', ''];
  const quoted = [
    'Subject: x',
    'Content-Type: text/html; charset=UTF-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<p>qui=',
    'et =3D =C3=BC</p>',
    '',
  ];
  for (const lines of [plain, quoted]) {
    const after = withHtmlParts(mime(lines), shout);
    assert.ok(
      after
        .toString('latin1')
        .split('\r\n')
        .every((line) => line.length <= 76),
    );
    assert.equal((await PostalMime.parse(after)).html?.trimEnd(), `<p>LOUD ${'x'.repeat(1200)} = ü</p>`);
  }
});

test('a mail without HTML, or without anything to change in it, is the same bytes', () => {
  for (const lines of [
    ['Content-Type: text/plain', '', 'quiet'],
    ['Subject: none', '', 'quiet'],
    ['Content-Type: text/html', '', '<p>nothing</p>'],
    ['Content-Type: multipart/mixed', '', 'no boundary: quiet'],
    ['Content-Type: multipart/mixed; boundary=x', '', '--x', '', 'quiet', '--x'],
    ['Content-Type: multipart/mixed; boundary=x', '', '--x', '--x', '', 'quiet', '--xy', '--x--', ''],
  ]) {
    const raw = mime(lines);
    assert.equal(withHtmlParts(raw, shout).toString(), raw.toString());
  }
});

test('HTML whose bytes are no ASCII is refused by name', () => {
  const raw = mime(['Content-Type: text/html; charset=utf-16le', '', 'x']);
  assert.throws(() => withHtmlParts(raw, shout), { name: 'NotImplemented', message: /utf-16le/ });
});
