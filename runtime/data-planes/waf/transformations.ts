import { createHash } from 'node:crypto';
import { lookupTable } from '../../kernel/lookup-table.ts';
import { cssDecode, escapeSequenceDecode, hexDecode, htmlEntityDecode, jsDecode, sqlHexDecode } from './decoding.ts';

/** "Using text transformations in AWS WAF" (Developer Guide), by their API names. Texts are binary. */
export const transformations: Readonly<Record<string, (text: string) => string>> = lookupTable({
  NONE: (text) => text,
  BASE64_DECODE: (text) => (/^[A-Za-z0-9+/]*={0,2}$/.test(text) ? base64(text) : text),
  BASE64_DECODE_EXT: (text) => base64(text.replace(/[^A-Za-z0-9+/]/g, '')),
  CMD_LINE: commandLine,
  CMD_LINE_UNIX: (text) => commandLine(text).replace(/\$(?:\{IFS\}|IFS)/gi, ' '),
  CMD_LINE_WIN: (text) => commandLine(text).replace(/%[a-z]+:~\d+,\d+%/gi, ' '),
  COMPRESS_WHITE_SPACE: (text) => text.replace(/[ \t\n\r\f\v\xa0]+/g, ' '),
  CSS_DECODE: cssDecode,
  ESCAPE_SEQ_DECODE: escapeSequenceDecode,
  HEX_DECODE: hexDecode,
  HTML_ENTITY_DECODE: htmlEntityDecode,
  JS_DECODE: jsDecode,
  JS_DECODE_EXT: (text) => jsDecode(text).replace(/\\u\{([0-9a-f]{1,6})\}/gi, (_all, code: string) => byteOf(code)),
  LOWERCASE: (text) => text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase()),
  UPPERCASE: (text) => text.replace(/[a-z]+/g, (lower) => lower.toUpperCase()),
  MD5: (text) => createHash('md5').update(text, 'latin1').digest().toString('latin1'),
  SHA256: (text) => createHash('sha256').update(text, 'latin1').digest().toString('latin1'),
  NORMALIZE_PATH: normalizePath,
  NORMALIZE_PATH_WIN: (text) => normalizePath(text.replaceAll('\\', '/')),
  REMOVE_COMMENTS_CHAR: (text) => text.replace(/\/\*|\*\/|--|#/g, ''),
  REMOVE_NULLS: (text) => text.replaceAll('\0', ''),
  REMOVE_WHITESPACE: (text) => text.replace(/[ \t\n\r\f\v\xa0]+/g, ''),
  REPLACE_COMMENTS: replaceComments,
  REPLACE_NULLS: (text) => text.replaceAll('\0', ' '),
  SQL_HEX_DECODE: sqlHexDecode,
  TRIM: (text) => trimLeft(trimRight(text)),
  TRIM_LEFT: trimLeft,
  TRIM_RIGHT: trimRight,
  URL_DECODE: urlDecode,
  URL_DECODE_UNI: (text) => urlDecode(text.replace(/%u([0-9a-f]{4})/gi, (_all, code: string) => byteOf(code))),
  UTF8_TO_UNICODE: utf8ToUnicode,
});

/** `%XX` and `+`, once; what is no valid escape stays as it is. */
export function urlDecode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Codes of ff01–ff5e are full width ASCII; of the rest the low byte counts. */
function byteOf(code: string): string {
  const number = Number.parseInt(code, 16);
  if (number >= 0xff01 && number <= 0xff5e) return String.fromCharCode((number & 0xff) + 0x20);
  return String.fromCharCode(number & 0xff);
}

function base64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}

/** Deletes \ " ' ^, spaces before / and (, makes , and ; and runs of white space one space, lower case. */
function commandLine(text: string): string {
  return text
    .replace(/[\\"'^]/g, '')
    .replace(/[\s,;]+/g, ' ')
    .replace(/ ([/(])/g, '$1')
    .replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

/** Multiple slashes, self references, and back references that are not at the beginning. */
function normalizePath(text: string): string {
  const rooted = text.startsWith('/');
  const kept: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !rooted) kept.push(part);
  }
  const joined = (rooted ? '/' : '') + kept.join('/');
  return text.endsWith('/') && joined !== '/' ? `${joined}/` : joined;
}

/** Each C comment becomes one space; an unterminated one too, as far as it goes. */
function replaceComments(text: string): string {
  let result = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf('/*', at);
    if (start === -1) return result + text.slice(at);
    const end = text.indexOf('*/', start + 2);
    result += `${text.slice(at, start)} `;
    if (end === -1) return result;
    at = end + 2;
  }
}

function trimLeft(text: string): string {
  return text.replace(/^[ \t\n\r\f\v]+/, '');
}

/** By hand: a regular expression anchored at the end tries every run of blanks from each of its characters. */
function trimRight(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\n\r\f\v'.includes(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

function utf8ToUnicode(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  return Buffer.from(text, 'latin1')
    .toString('utf8')
    .replace(/[\x80-\uffff]/g, (character) => `%u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
