/** A log whose every line is one JSON object with the fields it was made with, the request's id first among them. */
export type Log = {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};

export type LogFields = Record<string, unknown>;

/**
 * Writes to standard output and not through `console`, which Lambda prefixes with its own columns: CloudWatch Logs
 * then finds the fields of a whole-line JSON event without a parse step. Never give it customers' details.
 */
export function createLog(context: LogFields, write = (line: string): unknown => process.stdout.write(line)): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const line = { level, time: new Date().toISOString(), ...context, message, ...fields };
      write(`${JSON.stringify(line)}\n`);
    };
  return { info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
}

/** An error as log fields; of an SDK error also what AWS said it was. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const metadata = '$metadata' in error ? (error.$metadata as { requestId?: string; httpStatusCode?: number }) : {};
  const { requestId: awsRequestId, httpStatusCode: awsStatus } = metadata;
  return { error: error.name, detail: error.message, awsRequestId, awsStatus, stack: error.stack };
}
