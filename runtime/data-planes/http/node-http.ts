/**
 * `node:http` without its importable form: that reads every export once, and with them loads the module's WebSocket and
 * fetch, a tenth of what a start costs.
 */
export const { createServer, ServerResponse } = process.getBuiltinModule('node:http');
