/**
 * `node:http` without its importable form: that reads every export once, and with them loads the module's WebSocket and
 * fetch, a tenth of what a start costs.
 */
const http = process.getBuiltinModule('node:http');
export const { createServer, ServerResponse } = http;
export type ServerResponse = InstanceType<typeof ServerResponse>;
/** Reason phrases by status. */
export const statusTexts: Record<number, string | undefined> = http.STATUS_CODES;
