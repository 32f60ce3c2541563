import { runInNewContext } from 'node:vm';

/** A pattern that goes on and on over a value would stop the whole runtime. */
const patternMs = 500;

/**
 * Whether a pattern of Java's (AllowedPattern of CloudFormation and Systems Manager) fits a whole value. It may look ahead
 * and back, which no engine of linear time does, so that it has half a second. `unreadable` is what JavaScript cannot
 * compile: Java knows possessive quantifiers and the like.
 */
export function fitsWhole(pattern: string, value: string): boolean | 'too-long' | 'unreadable' {
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    return 'unreadable';
  }
  try {
    return runInNewContext('expression.test(value)', { expression, value }, { timeout: patternMs }) === true;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'too-long';
    throw error;
  }
}
