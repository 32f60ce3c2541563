'use strict';
// The Runtime API's client, over one connection that is made before there is a function. Written on the socket itself:
// node:http would take half of a small invocation's time. Every answer of the Runtime API has a content-length.
const net = require('node:net');

const json = { 'Content-Type': 'application/json' };
const prefix = '/2018-06-01/runtime';

exports.connect = function connect(address) {
  const [host, port] = address.split(':');
  const socket = net.connect(Number(port), host);
  socket.setNoDelay(true);
  // The other end is the runtime: when it is gone, there is nobody to work for.
  socket.on('error', () => process.exit(0));
  socket.on('close', () => process.exit(0));
  let received = Buffer.alloc(0);
  const waiting = [];
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (let message = parse(received); message; message = parse(received)) {
      received = received.subarray(message.end);
      if (waiting.length <= 1) socket.unref();
      waiting.shift()?.(message);
    }
  });
  const wait = () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      socket.ref();
    });
  const write = (method, path, headers, body, after = '') => {
    let head = `${method} ${prefix}${path} HTTP/1.1\r\nHost: ${address}\r\n`;
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    if (body === undefined) socket.write(`${head}\r\n`, 'latin1');
    else if (Buffer.byteLength(body) < 16_384)
      socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}${after}`);
    else {
      socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
      socket.write(body);
      if (after) socket.write(after);
    }
  };
  const send = (method, path, headers, body) => {
    write(method, path, headers, body);
    return wait();
  };
  const askNext = `GET ${prefix}/invocation/next HTTP/1.1\r\nHost: ${address}\r\n\r\n`;
  let ahead;
  return {
    /** Sends one request ahead of the first that counts, so that its code is loaded and compiled. */
    warm: () => send('GET', '/', {}, undefined),
    next() {
      const asked = ahead ?? send('GET', '/invocation/next', {}, undefined);
      ahead = undefined;
      return asked;
    },
    /** Answers an invocation and asks for the next in the same piece: one journey less between the processes. */
    respond(requestId, body) {
      write('POST', `/invocation/${requestId}/response`, json, body, askNext);
      const accepted = wait();
      ahead = wait();
      return accepted;
    },
    post: (path, body, headers = {}) => send('POST', path, { ...json, ...headers }, body),
    stream: (path, headers) => stream(host, port, prefix + path, headers),
  };
};

function parse(bytes) {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const headers = {};
  for (const line of bytes.latin1Slice(0, headEnd).split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = headEnd + 4;
  const end = start + Number(headers['content-length'] ?? 0);
  return bytes.length < end ? undefined : { headers, payload: bytes.subarray(start, end), end };
}

/** A response that is sent while it is made: chunked, what went wrong in trailers. */
function stream(host, port, path, headers) {
  const request = require('node:http').request({
    host,
    port,
    method: 'POST',
    path,
    headers: {
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'Transfer-Encoding': 'chunked',
      Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
      ...headers,
    },
  });
  request.on('response', (response) => response.resume());
  request.on('error', () => process.exit(0));
  return request;
}
