'use strict';
// `awslambda`, the global through which a handler streams its response ("Writing response streaming-enabled functions").
const streamingMark = Symbol.for('aws.lambda.runtime.handler.streaming');
const prelude = Symbol('prelude');

exports.streamingMark = streamingMark;

globalThis.awslambda = {
  streamifyResponse(handler) {
    const streaming = (...args) => handler(...args);
    streaming[streamingMark] = 'response';
    return streaming;
  },
  HttpResponseStream: {
    /** Status and headers go ahead of the body as JSON and eight zero bytes. */
    from(stream, metadata) {
      stream[prelude]?.(
        'application/vnd.awslambda.http-integration-response',
        `${JSON.stringify(metadata)}${'\0'.repeat(8)}`,
      );
      return stream;
    },
  },
};

/** The stream a handler writes to; the request to the Runtime API is opened with its first byte. */
exports.openStream = function openStream(open) {
  const { Writable } = require('node:stream');
  let request;
  let contentType = 'application/octet-stream';
  let head;
  const start = () => {
    request ??= open(contentType);
    if (head !== undefined) request.write(head);
    head = undefined;
    return request;
  };
  const stream = new Writable({
    write: (chunk, encoding, done) => {
      if (start().write(chunk, encoding)) done();
      else request.once('drain', done);
    },
    final: (done) => start().end(done),
  });
  stream.setContentType = (type) => {
    contentType = type;
  };
  stream[prelude] = (type, text) => {
    contentType = type;
    head = text;
  };
  stream.fail = (told) => {
    if (!request) return false;
    request.addTrailers({
      'Lambda-Runtime-Function-Error-Type': told.errorType,
      'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(told)).toString('base64'),
    });
    request.end();
    return true;
  };
  return stream;
};
