import { type SqlTokens, sqlTokens } from './sql-tokens.ts';

/**
 * Finds SQL that tries to leave the place a value was put at. Like the library AWS uses, it judges the shape of the text
 * as SQL, not the presence of words: "drop by, and select the best" has no shape of a statement. The shapes are our own.
 * Gives the words it judged by, for the log; undefined when there is nothing.
 */
export function detectSqlInjection(text: string, sensitivity: 'LOW' | 'HIGH'): string[] | undefined {
  if (!suspicious.test(text)) return undefined;
  for (const inside of ['', "'", '"'] as const) {
    if (inside !== '' && !text.includes(inside)) continue;
    const tokens = sqlTokens(text, inside);
    if (isAttack(tokens, inside !== '', sensitivity)) return tokens.words.slice(0, 10).map((word) => word.slice(0, 32));
  }
  return undefined;
}

/** Nothing without one of these can be an injection, and most values have none. */
const suspicious =
  /['"`;#=<>@]|--|\/\*|\|\||&&|\b(?:union|select|insert|update|delete|drop|alter|create|truncate|exec|execute|or|and|xor|having|sleep|benchmark|pg_sleep|waitfor|into|order|group|case)\b|\(/i;

/** What an operand may begin with, behind brackets and signs: OR (1, AND NOT -1. */
const open = '[(a]{0,6}';

/** At the beginning, after the literal that the text has closed. */
const afterLiteral: readonly RegExp[] = [
  // ' OR 1 …, ' OR 'a'='a, ' AND 1; a number of things that cats' owners have stands before a word instead.
  new RegExp(`^s\\)*&${open}[1sv](?:[ow&c;)a]|$)`),
  new RegExp(`^s\\)*&${open}[nf](?:\\([^)]{0,20}\\))?(?:o|w[1s(])`),
  // '='' , '<>'  and '-'' of the cheat sheets for logins.
  /^s[o][s1]?(?:$|[c&o])/,
  /^s[oaw]+\(+E/,
  /^s\)*(?:B|H)[1n,]+(?:c|o)/,
  /^s\)*H(?:n)?[1s]o/,
  // || and + with a call, a subquery or a case between literals.
  /^s\)*a(?:f\(|\(+[EC])/,
  /^s\)*&.{0,3}f\(/,
  /^s\)*&.{0,3}\(*(?:E|C.{0,3}K)/,
  /^s\)*L[1](?:,1)?(?:c|U)/,
];

/** At the beginning, where a number was expected. */
const afterNumber: readonly RegExp[] = [
  new RegExp(`^a?[1v]\\)*&${open}(?:[1sv]\\)*o|[nf](?:\\([^)]{0,20}\\)+)?o[1sv(])`),
  /^a?[1v]\)*&[(a]*f\(.{0,12}E/,
  /^a?[1v]\)*&.{0,2}\(*E/,
  /^a?[1v]\)*B[1](?:,1)*c/,
  /^a?[1v]\)*H[1nf]o/,
];

/** Wherever they stand: they are statements, or parts of one that has been broken up. */
const anywhere: readonly RegExp[] = [
  // UNION SELECT 1, … or … FROM: "the union select committee" goes on differently.
  /UA?\(*EA?(?:[1sva,f(]|n(?:[,.(o]|F[n(f]))/,
  /&[(a]{0,4}1o1/,
  /&[(a]{0,4}so[s1]/,
  /[&oa,]\(+EA?(?:[1sva,f(]|n(?:[,.(]|Fn))/,
  // ; and a whole statement.
  /;DT[nw]*(?:\.n)*(?:$|[;c,(])/,
  /;In*Nn(?:\.n)*(?:\(|E|n?\()/,
  /;XFn(?:\.n)*(?:$|[;cW])/,
  /;Pn(?:\.n)*Sno/,
  /;R[nf(]/,
  /;E(?:f\(|[1s]+(?:$|[;c,])|.{0,20}Fn)/,
  /;Y(?:$|[;cvn][1s]|v)/,
  /EA?[a1nv,.sf()]{1,40}Nn?[s]/,
];

/** Calls that nobody writes into a form: they wait, read files, or tell of the database. */
const functions =
  /^(?:sleep|pg_sleep|benchmark|load_file|extractvalue|updatexml|xp_\w+|sp_executesql|sp_oacreate|utl_http|utl_inaddr|dbms_\w+|group_concat|xmltype|randomblob|load_extension|pg_read_file|lo_import|current_setting|database|schema|user|system_user|session_user|version)$/i;

function isAttack({ kinds, words }: SqlTokens, literal: boolean, sensitivity: 'LOW' | 'HIGH'): boolean {
  if (kinds.length < 2) return false;
  if (anywhere.some((shape) => shape.test(kinds))) return true;
  if ((literal ? afterLiteral : afterNumber).some((shape) => shape.test(kinds))) return true;
  if (callsDangerous(kinds, words)) return true;
  if (words.some((word) => /^information_schema$|^sysobjects$|^sqlite_master$|^xp_cmdshell$|^@@version$/i.test(word)))
    return /[EFRvo&U]/.test(kinds);
  if (literal && endsInComment(kinds, words, sensitivity)) return true;
  return sensitivity === 'HIGH' && strict.some((shape) => shape.test(kinds));
}

/** `sleep(5)` and the like with something of SQL around; a bare `user()` in a text about programs is none. */
function callsDangerous(kinds: string, words: string[]): boolean {
  for (const [index, word] of words.entries()) {
    if (kinds[index] !== 'f' || !functions.test(word)) continue;
    if (
      index === 0
        ? /^f\([1sf]/.test(kinds) && /sleep|benchmark|xp_|load_file/i.test(word)
        : /[&aoEs,;(]/.test(kinds[index - 1] ?? '')
    )
      return true;
  }
  return false;
}

/** admin'-- cuts off the rest of a statement; words after the dashes make it a remark, unless everything is suspected. */
function endsInComment(kinds: string, words: string[], sensitivity: 'LOW' | 'HIGH'): boolean {
  const match = /^s[);]*c$/.exec(kinds);
  if (!match) return false;
  const comment = words.at(-1) ?? '';
  return sensitivity === 'HIGH' || /^(?:--|#)[-+\s]*$/.test(comment);
}

/** Only for HIGH: shapes that people write too. */
const strict: readonly RegExp[] = [/^[1s]\)*[;]?c$/, /\(EA?n/, /^s\)*&/, /;[DEIPXR]/, /^[1s]\)*B[1n]/];
