'use strict';
// console.* as AWS's Node.js runtime writes it: one log event per call, text (time, request id, level, message between
// tabs) or JSON ("Log and monitor Node.js Lambda functions"). A newline inside an event travels as a carriage return.
const { format, inspect } = require('node:util');
const { writeSync } = require('node:fs');

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const methods = {
  trace: 'TRACE',
  debug: 'DEBUG',
  log: 'INFO',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

exports.install = function install(environment) {
  const json = environment.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  const least = json ? levels.indexOf(environment.AWS_LAMBDA_LOG_LEVEL || 'INFO') : 0;
  const state = { requestId: undefined };
  const write = (level, args) => {
    if (levels.indexOf(level) < least) return;
    line(json ? asJson(state.requestId, level, args) : asText(state.requestId, level, args));
  };
  for (const [method, level] of Object.entries(methods)) console[method] = (...args) => write(level, args);
  return {
    begin: (requestId) => {
      state.requestId = requestId;
    },
    /** An error that no handler caught, as the runtime itself writes it. */
    failure: (what, error) => {
      if (json) write('ERROR', [error]);
      else line(`${new Date().toISOString()}\t${state.requestId}\tERROR\t${what} \t${JSON.stringify(plain(error))}`);
    },
    /** Tells the runtime that all output of the invocation has been written. */
    end: (requestId) => writeAll(`\x1eend ${requestId}\n`),
  };
};

exports.silent = { begin: () => asText('', 'INFO', ['']), failure: () => undefined, end: () => undefined };

function asText(requestId, level, args) {
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${format(...args)}`;
}

function asJson(requestId, level, args) {
  const event = { timestamp: new Date().toISOString(), level, requestId };
  if (args.length === 1 && args[0] instanceof Error)
    Object.assign(event, { errorType: args[0].name, errorMessage: args[0].message, stackTrace: stackOf(args[0]) });
  else if (args.length === 1 && typeof args[0] === 'object' && args[0] !== null) event.message = args[0];
  else event.message = format(...args);
  try {
    return JSON.stringify(event);
  } catch {
    return JSON.stringify({ ...event, message: inspect(event.message) });
  }
}

function plain(error) {
  if (!(error instanceof Error)) return error;
  return { errorType: error.name, errorMessage: error.message, ...error, stack: stackOf(error) };
}

function stackOf(error) {
  return (error.stack || '').split('\n');
}

function line(text) {
  writeAll(`${text.replaceAll('\n', '\r')}\n`);
}

/** The pipe may be set to non-blocking by the function's own use of process.stdout. */
function writeAll(text) {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
