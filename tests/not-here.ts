/**
 * What a test gives as `skip`, from what this machine lacks: nothing where it lacks nothing. A person is told loudly what
 * was not tested; in CI it is a failure, for there every suite must run.
 */
export function notHere(suite: string, lacking: string | undefined): string | undefined {
  if (lacking === undefined) return undefined;
  if (process.env.CI) throw new Error(`In CI every suite must run, and ${suite} cannot: ${lacking}`);
  process.stderr.write(`NOT RUN: ${suite}. ${lacking}\n`);
  return lacking;
}
