import { wildcard } from '../../../../engines/patterns/wildcards.ts';
import { compilePatternExpression } from './expression.ts';
import type { Scanner } from './scanner.ts';

/** Whether a field's value (a JSON value, or the text of a space-delimited field) fits. */
export type Comparison = (value: unknown) => boolean;

const operand = /"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"%(){}[\],&|]+)/y;

/** An operator and what it compares to: `= "Update*"`, `!= 200`, `>= 1.5e2`, `= %4[0-9]{2}%`. */
export function readComparison(scanner: Scanner): Comparison {
  const operator = scanner.take(/!=|<=|>=|=|<|>/y)?.[0];
  if (!operator) throw scanner.failure('expected a comparison');
  const match = scanner.take(operand);
  if (!match) throw scanner.failure('expected a value');
  const [, quoted, expression, word] = match;
  if (operator !== '=' && operator !== '!=') return ordered(operator, Number(word ?? Number.NaN), scanner);
  const equal = expression === undefined ? equality(quoted, word ?? '') : textOf(compilePatternExpression(expression));
  return operator === '=' ? equal : (value) => !equal(value);
}

function ordered(operator: string, bound: number, scanner: Scanner): Comparison {
  if (Number.isNaN(bound)) throw scanner.failure(`${operator} compares numbers`);
  return (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) return false;
    if (operator === '<') return number < bound;
    if (operator === '<=') return number <= bound;
    return operator === '>' ? number > bound : number >= bound;
  };
}

/** `*` stands for any text; a number without quotes equals by value, so that 1e3 is 1000. */
function equality(quoted: string | undefined, word: string): Comparison {
  const text = quoted === undefined ? word : quoted.replace(/\\(["\\])/g, '$1');
  const number = quoted === undefined && word !== '' ? Number(word) : Number.NaN;
  const fits = wildcard(text, { question: false });
  return (value) => (typeof value === 'number' && !Number.isNaN(number) ? value === number : textOf(fits)(value));
}

function textOf(test: (text: string) => boolean): Comparison {
  return (value) =>
    (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && test(String(value));
}
