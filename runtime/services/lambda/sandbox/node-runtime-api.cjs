'use strict';
// The Runtime API's client, over one connection that is made before there is a function. Written on the socket itself:
// node:http would take half of a small invocation's time. Every answer of the Runtime API has a content-length.
const net = require('node:net');

const prefix = '/2018-06-01/runtime';

exports.connect = function connect(address) {
  const [host, port] = address.split(':');
  const socket = net.connect(Number(port), host);
  socket.setNoDelay(true);
  // The other end is the runtime: when it is gone, there is nobody to work for.
  socket.on('error', () => process.exit(0));
  socket.on('close', () => process.exit(0));
  let received = Buffer.alloc(0);
  let answered;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const message = parse(received);
    if (!message) return;
    received = received.subarray(message.end);
    socket.unref();
    answered?.(message);
  });
  const send = (method, path, headers, body) =>
    new Promise((resolve) => {
      answered = resolve;
      socket.ref();
      let head = `${method} ${prefix}${path} HTTP/1.1\r\nHost: ${address}\r\n`;
      for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
      if (body === undefined) socket.write(`${head}\r\n`, 'latin1');
      else if (Buffer.byteLength(body) < 16_384)
        socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      else {
        socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
        socket.write(body);
      }
    });
  return {
    /** Sends one request ahead of the first that counts, so that its code is loaded and compiled. */
    warm: () => send('GET', '/', {}, undefined),
    next: () => send('GET', '/invocation/next', {}, undefined),
    post: (path, body, headers = {}) => send('POST', path, { 'Content-Type': 'application/json', ...headers }, body),
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
