'use strict';
// AWS's own names are this machine. In a sandbox without a network of its own there is no DNS server and no certificate to
// answer for them, so requests to them are sent to the API port with the Host they were meant for; signatures stay good,
// for they are made over that Host. Every other name is left alone.
const http = require('node:http');
const https = require('node:https');
const { syncBuiltinESMExports } = require('node:module');
const { urlToHttpOptions } = require('node:url');

const awsNames = /(^|\.)(amazonaws\.com|on\.aws|cloudfront\.net|api\.aws)$/;
/** Where custom resources answer. Providers of the CDK take hostname and path of the ResponseURL and leave its port out. */
const responsePath = '/_orrery/cloudformation-response/';

exports.install = function install() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const plain = http.request;
  for (const [module_, protocol] of [
    [http, 'http:'],
    [https, 'https:'],
  ]) {
    const original = module_.request;
    module_.request = (...args) => {
      const { options, callback } = normalize(args, protocol);
      const name = String(options.hostname ?? options.host ?? '').replace(/:\d+$/, '');
      if (!isOurs(name, options.path)) return original(...args);
      const { protocol: _protocol, host: _host, agent: _agent, ...kept } = options;
      const { hostname, port } = endpoint();
      return plain({ ...kept, hostname, port, agent, headers: withHost(options.headers, name) }, callback);
    };
    module_.get = (...args) => {
      const request = module_.request(...args);
      request.end();
      return request;
    };
  }
  const fetch_ = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = new URL(typeof input === 'string' || input instanceof URL ? input : input.url);
    if (!isOurs(url.hostname, url.pathname)) return fetch_(input, init);
    const request = new Request(input, init);
    const headers = new Headers(request.headers);
    headers.set('host', url.hostname);
    const target = new URL(url.pathname + url.search, endpoint());
    const body = request.body === null ? {} : { body: request.body, duplex: 'half' };
    return fetch_(target, {
      method: request.method,
      headers,
      redirect: request.redirect,
      signal: request.signal,
      ...body,
    });
  };
  syncBuiltinESMExports();
};

/** There the VPC's resolver knows AWS's names, and its routes decide what is reached. */
function inVpc() {
  return new URL(process.env.AWS_ENDPOINT_URL).hostname.endsWith('.amazonaws.com');
}

function endpoint() {
  // A custom resource's answer goes to a presigned URL of S3's on AWS, and takes the same way from a VPC here.
  if (inVpc()) return new URL(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);
  return new URL(process.env.AWS_ENDPOINT_URL);
}

function isOurs(name, path) {
  if (!process.env.AWS_ENDPOINT_URL) return false;
  if (inVpc()) return name === '127.0.0.1' && String(path).startsWith(responsePath);
  return awsNames.test(name) || (name === endpoint().hostname && String(path).startsWith(responsePath));
}

/** request(url), request(options) and request(url, options), each with an optional callback. */
function normalize(args, protocol) {
  const callback = typeof args.at(-1) === 'function' ? args.at(-1) : undefined;
  const [first, second] = args;
  const fromUrl = typeof first === 'string' || first instanceof URL ? urlToHttpOptions(new URL(first)) : first;
  const more = fromUrl !== first && typeof second === 'object' ? second : {};
  return { options: { protocol, ...fromUrl, ...more }, callback };
}

function withHost(headers, name) {
  if (Array.isArray(headers)) return headers;
  const given = Object.keys(headers ?? {}).some((header) => header.toLowerCase() === 'host');
  return given ? headers : { ...headers, Host: name };
}
