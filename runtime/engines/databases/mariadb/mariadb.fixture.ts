import { mariadb } from './mariadb.ts';

/**
 * What a test gives as `skip`: false where MariaDB runs. A person is told loudly what was not tested and how to bring it; in
 * CI it is a failure, for there every suite must run.
 */
export function withoutMariadb(): string | false {
  const found = mariadb();
  if (!('lacking' in found)) return false;
  if (process.env.CI) throw new Error(`In CI every suite must run: ${found.lacking}`);
  process.stderr.write(`SKIPPED: ${found.lacking}\n`);
  return found.lacking;
}
