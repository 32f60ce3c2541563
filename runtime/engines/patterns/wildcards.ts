/** Stands in a wildcard pattern for any text, the empty one included. */
export const anyText = Symbol('*');
/** Stands for exactly one character. */
export const anyCharacter = Symbol('?');

export type WildcardToken = string | typeof anyText | typeof anyCharacter;

export interface WildcardOptions {
  /** What stands for any text and for one character; without `?` only `*` does. */
  question?: boolean;
  /** A backslash takes the meaning of `*`, `?` and of itself. */
  escapes?: boolean;
  ignoreCase?: boolean;
}

/**
 * Whether a whole text fits a pattern with `*` and `?`. Patterns come from users and texts from whoever sends requests:
 * the time is bound by the product of their lengths, where a regular expression made of the pattern would backtrack for
 * years ("Regular expression denial of service" is the attack).
 */
export function wildcard(pattern: string, options: WildcardOptions = {}): (text: string) => boolean {
  const { question = true, escapes = false, ignoreCase = false } = options;
  const tokens: WildcardToken[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (escapes && character === '\\' && next !== '' && '*?\\'.includes(next)) {
      tokens.push(next);
      at += 1;
    } else if (character === '*') tokens.push(anyText);
    else if (character === '?' && question) tokens.push(anyCharacter);
    else tokens.push(character);
  }
  return matcherOf(tokens, { ignoreCase });
}

/** The same for a pattern that is taken apart already; a token that is a text may be of any length. */
export function matcherOf(
  tokens: readonly WildcardToken[],
  { ignoreCase = false }: { ignoreCase?: boolean } = {},
): (text: string) => boolean {
  const units = tokens.flatMap((token) => {
    if (token === anyText) return [star];
    if (token === anyCharacter) return [one];
    const folded = ignoreCase ? token.toLowerCase() : token;
    return Array.from({ length: folded.length }, (_, index) => folded.charCodeAt(index));
  });
  return (text) => fits(units, ignoreCase ? text.toLowerCase() : text);
}

const star = -1;
const one = -2;

/** From left to right; where the text stops fitting, the last star takes one character more. No earlier one ever needs to. */
function fits(units: readonly number[], text: string): boolean {
  let unit = 0;
  let at = 0;
  let afterStar = -1;
  let resumeAt = 0;
  while (at < text.length) {
    if (afterStar === units.length) return true;
    const wanted = units[unit];
    if (wanted === star) {
      unit += 1;
      afterStar = unit;
      resumeAt = at;
    } else if (wanted === one || wanted === text.charCodeAt(at)) {
      unit += 1;
      at += 1;
    } else if (afterStar >= 0) {
      unit = afterStar;
      resumeAt += 1;
      at = resumeAt;
    } else return false;
  }
  while (units[unit] === star) unit += 1;
  return unit === units.length;
}
