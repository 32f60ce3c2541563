import { AwsError, PersonError } from '../kernel/errors.ts';

class UsageError extends PersonError {}

export function usageError(what: string, next = '', command?: string): UsageError {
  return new UsageError('usage', what, `${next}See \`orrery ${command ? `help ${command}` : 'help'}\`.`);
}

/** Says what happened and what to do; the stack only with --debug. Returns the exit code. */
export function reportError(error: unknown, options: { debug: boolean; json: boolean }): number {
  const known = error instanceof PersonError;
  const message = error instanceof Error ? error.message : String(error);
  const code = known || error instanceof AwsError ? error.code : 'bug';
  const next = known
    ? error.next
    : code === 'bug'
      ? 'This is a bug of Orrery: run it again with --debug and report what it prints.'
      : '';
  if (options.json) process.stdout.write(`${JSON.stringify({ error: { code, message, next } })}\n`);
  else process.stderr.write(`error: ${message}\n${next ? `  ${next.replaceAll('\n', '\n  ')}\n` : ''}`);
  if (options.debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof UsageError ? 2 : 1;
}
