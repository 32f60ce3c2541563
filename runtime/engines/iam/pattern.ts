import { anyCharacter, anyText, matcherOf, type WildcardToken } from '../patterns/wildcards.ts';
import type { ConditionKeys } from './condition-keys.ts';

/**
 * Patterns of policies: `*`, `?` and policy variables (`${aws:username}`, `${aws:PrincipalTag/team, 'none'}`), compiled
 * once. A variable whose key the request lacks and that has no default matches nothing ("IAM policy elements: Variables
 * and tags", IAM User Guide).
 */
export type Pattern = (value: string, keys: ConditionKeys) => boolean;

export interface PatternOptions {
  /** Policy variables exist since version 2012-10-17; before, `${` is text. */
  variables: boolean;
  ignoreCase?: boolean;
  /** Without wildcards, as StringEquals compares. */
  literal?: boolean;
  /** Each of an ARN's six parts is matched by itself: a wildcard does not span a colon of the first five. */
  arn?: boolean;
}

export function compilePattern(text: string, options: PatternOptions): Pattern {
  const pieces = options.variables ? piecesOf(text) : [text];
  if (pieces.every((piece) => typeof piece === 'string')) return compileFixed(pieces.join(''), options);
  return compileTemplate(pieces, options);
}

/** An ARN with fewer than six parts stands for any in the parts it lacks ("Resource", IAM JSON policy elements). */
export function compileArnPattern(text: string, variables: boolean): Pattern {
  if (text === '*') return () => true;
  const plain = variables ? text.replace(/\$\{[^}$]*\}/g, '') : text;
  const missing = text.startsWith('arn:') ? 6 - plain.split(':').length : 0;
  return compilePattern(missing > 0 ? text + ':*'.repeat(missing) : text, { variables, arn: text.startsWith('arn:') });
}

type Piece = string | Variable;

interface Variable {
  key: string;
  defaultValue: string | undefined;
}

/**
 * `${*}`, `${?}` and `${$}` stand for the characters themselves, which a variable with a default and no key expresses. A name
 * ends at what cannot be in one, so that a text of nothing but beginnings is read once.
 */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{([^},${]+|\$)(?:,\s*'([^']*)'\s*)?\}/g)) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    const name = match[1]?.trim() ?? '';
    const special = name === '*' || name === '?' || name === '$';
    pieces.push({ key: special ? '' : name.toLowerCase(), defaultValue: special ? name : match[2] });
    end = match.index + match[0].length;
  }
  if (end < text.length || pieces.length === 0) pieces.push(text.slice(end));
  return pieces;
}

function compileFixed(text: string, options: PatternOptions): Pattern {
  const wanted = options.ignoreCase ? text.toLowerCase() : text;
  const fold = options.ignoreCase ? (value: string) => value.toLowerCase() : (value: string) => value;
  if (options.literal || !/[*?]/.test(text)) return (value) => fold(value) === wanted;
  if (text === '*') return () => true;
  const prefix = wanted.slice(0, -1);
  const simple = wanted.endsWith('*') && !/[*?]/.test(prefix) && (!options.arn || prefix.split(':').length > 5);
  if (simple) return (value) => fold(value).startsWith(prefix);
  return testOf([text], options);
}

function compileTemplate(pieces: Piece[], options: PatternOptions): Pattern {
  let resolvedAs = '';
  let fits: (value: string) => boolean = () => false;
  return (value, keys) => {
    const filled: FilledPiece[] = [];
    for (const piece of pieces) {
      if (typeof piece === 'string') {
        filled.push(piece);
        continue;
      }
      const text = keys.get(piece.key)?.[0] ?? piece.defaultValue;
      if (text === undefined) return false;
      filled.push({ text });
    }
    const resolved = JSON.stringify(filled);
    if (resolved !== resolvedAs) {
      fits = testOf(filled, options);
      resolvedAs = resolved;
    }
    return fits(value);
  };
}

/** What came from variables is never a wildcard, nor does it end a part of an ARN. */
type FilledPiece = string | { text: string };

function testOf(pieces: FilledPiece[], options: PatternOptions): (value: string) => boolean {
  const parts: WildcardToken[][] = [[]];
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      parts.at(-1)?.push(piece.text);
      continue;
    }
    for (const character of piece) {
      if (character === ':' && options.arn && parts.length < arnParts) parts.push([]);
      else parts.at(-1)?.push((!options.literal && meanings.get(character)) || character);
    }
  }
  const tests = parts.map((tokens) => matcherOf(tokens, options));
  if (!options.arn) return (value) => tests[0]?.(value) === true;
  return (value) => {
    const given = partsOf(value);
    return given.length === tests.length && tests.every((test, index) => test(given[index] ?? ''));
  };
}

const meanings = new Map<string, WildcardToken>([
  ['*', anyText],
  ['?', anyCharacter],
]);

const arnParts = 6;

/** The last part keeps its colons. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, arnParts - 1), ...(parts.length >= arnParts ? [parts.slice(arnParts - 1).join(':')] : [])];
}
