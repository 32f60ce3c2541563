import { lookupTable } from '../../kernel/lookup-table.ts';

/**
 * A text as tokens of SQL, one letter each, for detect-sqli.ts. It is read as a database would read it if it were put into a
 * statement: bare, or inside a literal that its first quote closes. Nothing is refused: what is no SQL becomes words.
 *
 * 1 number · s literal · v variable · n word · f function call · ( ) , ; · o comparison by sign · w comparison by word ·
 * & logic · a arithmetic and concatenation · c comment to the end · U union · E select · F from · D drop, alter, create,
 * truncate · T table, database and the like · I insert, P update, X delete · N into, S set, W where, H having or group, B order ·
 * C case, K when · R exec, Y declare, waitfor, shutdown · L limit · A all, distinct
 */
export interface SqlTokens {
  /** One letter a token, to be matched with regular expressions. */
  kinds: string;
  words: string[];
}

const keywords: Readonly<Record<string, string>> = lookupTable({
  union: 'U',
  intersect: 'U',
  except: 'U',
  select: 'E',
  from: 'F',
  drop: 'D',
  alter: 'D',
  create: 'D',
  truncate: 'D',
  table: 'T',
  database: 'T',
  schema: 'T',
  procedure: 'T',
  function: 'T',
  trigger: 'T',
  view: 'T',
  insert: 'I',
  replace: 'I',
  update: 'P',
  delete: 'X',
  into: 'N',
  set: 'S',
  where: 'W',
  having: 'H',
  group: 'H',
  order: 'B',
  case: 'C',
  when: 'K',
  exec: 'R',
  execute: 'R',
  declare: 'Y',
  waitfor: 'Y',
  shutdown: 'Y',
  limit: 'L',
  all: 'A',
  distinct: 'A',
  and: '&',
  or: '&',
  xor: '&',
  like: 'w',
  rlike: 'w',
  regexp: 'w',
  in: 'w',
  between: 'w',
  is: 'w',
  div: 'a',
  mod: 'a',
});

/** Longer texts are cut: an injection stands where the value begins. */
const mostTokens = 400;

/** No group repeats inside another, and each token begins with its own character: linear. */
const token =
  /([ \t\r\n\f\v\xa0]+)|(\/\*)|(--|#)|(0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![a-z_\d])|(@@?[\w$.]*)|([a-z_\x80-\xff\d][\w$\x80-\xff]*)|(`[^`]*`?)|(<=>|<>|!=|<=|>=|:=|=|<|>)|(&&|\|\|)|([-+*/%^~|&])|(["'])|([\s\S])/giy;

export function sqlTokens(text: string, inside: '' | "'" | '"'): SqlTokens {
  const found: SqlTokens = { kinds: '', words: [] };
  let at = 0;
  if (inside !== '') {
    const end = text.indexOf(inside);
    if (end === -1) return found;
    push(found, 's', text.slice(0, end));
    at = end + 1;
  }
  while (at < text.length && found.words.length < mostTokens) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) break;
    at = take(found, text, match, token.lastIndex);
  }
  return found;
}

/** Adds what was matched; gives where to go on. */
function take(found: SqlTokens, text: string, match: RegExpExecArray, after: number): number {
  const [all, blank, comment, lineComment, number, variable, word, quoted, comparison, logic, arithmetic, quote] =
    match;
  if (blank !== undefined) return after;
  if (comment !== undefined) return afterComment(text, after);
  if (lineComment !== undefined) return takeLineComment(found, text, match, after);
  if (number !== undefined) push(found, '1', number);
  else if (variable !== undefined) push(found, 'v', variable);
  else if (word !== undefined) push(found, wordKind(word, text, after), word);
  else if (quoted !== undefined) push(found, 'n', quoted);
  else if (comparison !== undefined) push(found, 'o', comparison);
  else if (logic !== undefined) push(found, logic === '||' ? 'a' : '&', logic);
  else if (arithmetic !== undefined) push(found, arithmetic === '|' || arithmetic === '&' ? '&' : 'a', arithmetic);
  else if (quote !== undefined) return takeLiteral(found, text, quote, after);
  else if ('(),;'.includes(all)) push(found, all, all);
  else push(found, '.', all);
  return after;
}

function push(found: SqlTokens, kind: string, word: string): void {
  found.kinds += kind;
  found.words.push(word);
}

function wordKind(word: string, text: string, after: number): string {
  const known = keywords[word.toLowerCase()];
  if (known !== undefined) return known;
  return text[after] === '(' ? 'f' : 'n';
}

/** MySQL runs what stands in its version comments; other comments only part words. */
function afterComment(text: string, after: number): number {
  if (text[after] === '!') {
    const version = /^!\d*/.exec(text.slice(after, after + 8))?.[0] ?? '!';
    return after + version.length;
  }
  const end = text.indexOf('*/', after);
  return end === -1 ? text.length : end + 2;
}

/** What follows a comment is not looked at; whether there is anything is told by the word. A dash pair within words is none. */
function takeLineComment(found: SqlTokens, text: string, match: RegExpExecArray, after: number): number {
  const lineEnd = text.indexOf('\n', after);
  const end = lineEnd === -1 ? text.length : lineEnd;
  push(found, 'c', match[0] + text.slice(after, end).trim());
  return end;
}

/** A doubled quote is a quote in the literal. One that never ends goes to the end, as a broken statement would. */
function takeLiteral(found: SqlTokens, text: string, quote: string, after: number): number {
  let at = after;
  for (;;) {
    const end = text.indexOf(quote, at);
    if (end === -1) {
      push(found, 's', text.slice(after));
      return text.length;
    }
    if (text[end + 1] !== quote) {
      push(found, 's', text.slice(after, end));
      return end + 1;
    }
    at = end + 2;
  }
}
