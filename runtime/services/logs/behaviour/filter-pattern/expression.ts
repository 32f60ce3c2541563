import { linearExpression } from '../../../../engines/patterns/linear-expression.ts';
import { invalidParameter } from '../../errors.ts';

/**
 * Regular expressions between percent signs are a small language: ^ $ ? [ ] { } | \ * + . and the classes \d \D \s \S
 * \w \W; groups, look-around and back-references are not part of it ("Supported regular expression syntax", User Guide).
 */
export function compilePatternExpression(source: string): (text: string) => boolean {
  if (/\\[^dDsSwWx.^$?[\]{}|*+\\/\-()%"]/.test(source) || /(^|[^\\])[()]/.test(source)) {
    throw invalidParameter(
      `Invalid filter pattern: the regular expression %${source}% uses syntax that is not supported.`,
    );
  }
  try {
    return linearExpression(source);
  } catch {
    throw invalidParameter(`Invalid filter pattern: %${source}% is not a regular expression.`);
  }
}
