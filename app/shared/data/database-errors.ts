/** The SQLSTATE of PostgreSQL, the name of MySQL or of the system (`ECONNREFUSED`): whatever the driver put into `code`. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The password is wrong, or the user is gone: what a rotation looks like from here. */
export function isRefused(error: unknown): boolean {
  return ['28P01', '28000', 'ER_ACCESS_DENIED_ERROR'].includes(codeOf(error));
}

/** A row with this key is there already. */
export function isDuplicate(error: unknown): boolean {
  return ['23505', 'ER_DUP_ENTRY'].includes(codeOf(error));
}

/** The server we hold connections to only reads now: another has become the writer. */
export function isReadOnly(error: unknown): boolean {
  return ['25006', 'ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE'].includes(codeOf(error));
}

/** The database, and not the statement, is the trouble: it cannot be reached, is starting, stopping or full. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08|57P|53)/.test(code)) return true;
  if (/^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|PROTOCOL_CONNECTION)/.test(code)) return true;
  if (['ER_SERVER_SHUTDOWN', 'ER_CON_COUNT_ERROR'].includes(code) || isReadOnly(error)) return true;
  // pg names these only in words.
  return error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message);
}

/** Another transaction was in the way: the same statements may well do on a second try. */
export function isContention(error: unknown): boolean {
  return ['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT'].includes(codeOf(error));
}
