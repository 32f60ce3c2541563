import { constraintViolation } from '../../errors.ts';
import { parseJsonPattern } from './json-pattern.ts';
import { parseFieldPattern } from './space-delimited.ts';
import { parseTerms } from './terms.ts';

/** A filter pattern made ready ("Filter pattern syntax for metric filters, subscription filters, filter log events", User Guide). */
export interface Filter {
  matches(message: string): boolean;
  /** What selectors (`$.a.b` in JSON, `$status_code` in space-delimited events) stand for in a message. */
  fields(message: string): (selector: string) => string | undefined;
  /** Selectors the pattern itself names; TestMetricFilter shows their values. */
  readonly selectors: readonly string[];
}

/** Throws InvalidParameterException when the pattern is not one. */
export function compileFilter(pattern: string): Filter {
  if (pattern.length > 1024)
    throw constraintViolation(pattern, 'filterPattern', 'Member must have length less than or equal to 1024');
  const text = pattern.trim();
  if (text.startsWith('{')) return parseJsonPattern(text);
  if (text.startsWith('[')) return parseFieldPattern(text);
  return parseTerms(text);
}
