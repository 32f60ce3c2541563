import { invalidParameter } from '../../errors.ts';
import { compilePatternExpression } from './expression.ts';
import type { Filter } from './filter.ts';

type Test = (message: string) => boolean;

/**
 * Patterns for unstructured events: all terms must be in the message; of terms with `?` one is enough, and they count
 * only when nothing else is there; `-` excludes ("Filter patterns: match terms in unstructured log events").
 */
export function parseTerms(pattern: string): Filter {
  const required: Test[] = [];
  const optional: Test[] = [];
  const excluded: Test[] = [];
  for (const { sign, test } of tokens(pattern))
    (sign === '?' ? optional : sign === '-' ? excluded : required).push(test);
  const onlyOptional = required.length === 0 && excluded.length === 0 && optional.length > 0;
  return {
    matches(message) {
      if (onlyOptional) return optional.some((test) => test(message));
      return required.every((test) => test(message)) && !excluded.some((test) => test(message));
    },
    fields: () => () => undefined,
    selectors: [],
  };
}

function* tokens(pattern: string): Generator<{ sign: string; test: Test }> {
  const token = /\s*(?:([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"%]+))|$)/uy;
  while (token.lastIndex < pattern.length) {
    const match = token.exec(pattern);
    if (!match) throw invalidParameter('Invalid filter pattern');
    const [, sign = '', phrase, expression, word] = match;
    if (phrase !== undefined) yield { sign, test: contains(phrase.replace(/\\(.)/g, '$1')) };
    else if (expression !== undefined) yield { sign, test: compilePatternExpression(expression) };
    else if (word !== undefined) {
      if (!/^[\p{L}\p{N}_]+$/u.test(word))
        throw invalidParameter(`Invalid filter pattern: the term ${word} must be placed in double quotes.`);
      yield { sign, test: contains(word) };
    }
  }
}

function contains(text: string): Test {
  return (message) => message.includes(text);
}
