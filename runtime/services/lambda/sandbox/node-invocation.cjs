'use strict';
// One invocation: the context object, the handler's three ways to answer, and the answer to the Runtime API.
const { finished } = require('node:stream/promises');
const { openStream, streamingMark } = require('./node-streaming.cjs');

let failNow;
process.on('unhandledRejection', (reason) => {
  const error = new Error(reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason));
  error.name = 'Runtime.UnhandledPromiseRejection';
  error.reason = reason;
  fail('Unhandled Promise Rejection', error);
});
process.on('uncaughtException', (error) => fail('Uncaught Exception', error));

function fail(what, error) {
  if (failNow) failNow(what, error);
  else {
    process.stderr.write(`${error?.stack || error}\n`);
    process.exit(129);
  }
}

/** An error as Lambda puts it into the payload. */
exports.describe = function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name || 'Error', errorMessage: error.message, trace: (error.stack || '').split('\n') };
};

exports.invoke = async function invoke(handler, { headers, payload }, { api, log, clock }) {
  const requestId = headers['lambda-runtime-aws-request-id'];
  clock.shift(Number(headers['orrery-clock-offset-ms']));
  if (headers['lambda-runtime-trace-id']) process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  log.begin(requestId);
  const streaming = handler[streamingMark] !== undefined;
  const stream = streaming
    ? openStream((type) => api.stream(`/invocation/${requestId}/response`, { 'Content-Type': type }))
    : undefined;
  const context = contextOf(headers);
  const died = new Promise((resolve) => {
    failNow = async (what, error) => {
      log.failure(what, error);
      await report(error, requestId, { api, log, stream });
      process.exit(128);
      resolve();
    };
  });
  try {
    const event = payload.length > 0 ? JSON.parse(payload.toString()) : {};
    if (stream) await Promise.race([runStreaming(handler, event, stream, context), died]);
    else await answer(await Promise.race([run(handler, event, context), died]), requestId, { api, log });
  } catch (error) {
    log.failure('Invoke Error', error);
    await report(error, requestId, { api, log, stream });
  } finally {
    if (stream) log.end(requestId);
    failNow = undefined;
  }
};

async function runStreaming(handler, event, stream, context) {
  await handler(event, stream, context);
  if (!stream.writableEnded) stream.end();
  await finished(stream);
}

async function answer(result, requestId, { api, log }) {
  const text = JSON.stringify(result === undefined ? null : result) ?? 'null';
  log.end(requestId);
  // What fails from here on is no longer this invocation's, and the next one has been asked for.
  failNow = undefined;
  await api.respond(requestId, text);
}

async function report(error, requestId, { api, log, stream }) {
  const told = exports.describe(error);
  log.end(requestId);
  if (stream?.fail(told)) return;
  await api.post(`/invocation/${requestId}/error`, JSON.stringify(told), {
    'Lambda-Runtime-Function-Error-Type': told.errorType,
  });
}

/**
 * Resolves with what the handler returns, resolves to, or calls back with. A called-back result waits until the event
 * loop is empty, unless the context says not to. A handler that leaves nothing to wait for answers null.
 */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const settle = (action) => {
      process.removeListener('beforeExit', onEmpty);
      action();
    };
    let calledBack;
    const onEmpty = () => settle(calledBack ?? (() => resolve(null)));
    const callback = (error, result) => {
      calledBack ??= () => (error === undefined || error === null ? resolve(result) : reject(error));
      if (!context.callbackWaitsForEmptyEventLoop) settle(calledBack);
    };
    process.once('beforeExit', onEmpty);
    Object.assign(context, {
      done: callback,
      succeed: (result) => callback(null, result),
      fail: (error) => callback(error ?? 'handled'),
    });
    let returned;
    try {
      returned = handler(event, context, callback);
    } catch (error) {
      return settle(() => reject(error));
    }
    if (typeof returned?.then === 'function')
      returned.then(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
  });
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed('lambda-runtime-client-context'),
    identity: parsed('lambda-runtime-cognito-identity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}
