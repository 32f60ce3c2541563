import { packageOnDemand } from '../../kernel/package-on-demand.ts';

/** Loaded when the first pattern is compiled. */
const re2js = packageOnDemand<typeof import('re2js')>('re2js');

/**
 * Patterns of users run in linear time (RE2's algorithm in JavaScript), for a request must not be able to hang the runtime
 * by a pattern that backtracks. RE2 lacks what AWS WAF's engine lacks as well: back references, assertions other than
 * anchors, atomic groups ("Supported regular expression syntax", Developer Guide). Throws where it cannot be compiled.
 */
export function linearExpression(pattern: string): (text: string) => boolean {
  const compiled = re2js().RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}
