/** Decoders of transformations.ts that deserve a name. Codes above a byte are cut to one, as texts are binary. */

import { lookupTable } from '../../kernel/lookup-table.ts';

/** CSS 2.x: a backslash and up to six hexadecimal digits, an optional blank after them; `ja\vascript` loses its backslash. */
export function cssDecode(text: string): string {
  return text.replace(/\\(?:([0-9a-f]{1,6})[ \t\n\r\f]?|(\n)|([^0-9a-f]))/gi, (_all, code, newline, other) => {
    if (code !== undefined) return fromCode(Number.parseInt(String(code), 16));
    return newline !== undefined ? '' : String(other);
  });
}

const ansi: Readonly<Record<string, string>> = lookupTable({
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
});

/** ANSI C escapes: \a … \v, \\, \?, \', \", \xHH, \0OOO. */
export function escapeSequenceDecode(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|([0-7]{1,3})|([abfnrtv\\?'"]))/gi, (_all, hex, octal, letter) => {
    if (hex !== undefined) return fromCode(Number.parseInt(String(hex), 16));
    if (octal !== undefined) return fromCode(Number.parseInt(String(octal), 8));
    return ansi[String(letter)] ?? String(letter);
  });
}

/** \xHH, \uHHHH, octal and single character escapes of JavaScript. */
export function jsDecode(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([0-7]{1,3})|([^ux0-7{]))/gi,
    (_all, hex, wide, octal, letter) => {
      if (hex !== undefined) return fromCode(Number.parseInt(String(hex), 16));
      if (wide !== undefined) return fromCode(Number.parseInt(String(wide), 16));
      if (octal !== undefined) return fromCode(Number.parseInt(String(octal), 8));
      return ansi[String(letter)] ?? String(letter);
    },
  );
}

export function hexDecode(text: string): string {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex').toString('latin1') : text;
}

/** 0x414243 in the midst of SQL. */
export function sqlHexDecode(text: string): string {
  return text.replace(/0x((?:[0-9a-f]{2})+)/gi, (_all, hex: string) => Buffer.from(hex, 'hex').toString('latin1'));
}

const entities: Readonly<Record<string, string>> = lookupTable({
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: '\xa0',
  tab: '\t',
  newline: '\n',
  colon: ':',
  lpar: '(',
  rpar: ')',
  sol: '/',
});

/** Named, decimal and hexadecimal, the semicolon optional for the numbers as browsers have it. */
export function htmlEntityDecode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,7});?|#([0-9]{1,8});?|([a-z]{2,8});)/gi, (all, hex, decimal, name) => {
    if (hex !== undefined) return fromCode(Number.parseInt(String(hex), 16));
    if (decimal !== undefined) return fromCode(Number(decimal));
    return entities[String(name).toLowerCase()] ?? String(all);
  });
}

function fromCode(code: number): string {
  return String.fromCharCode(code & 0xff);
}
