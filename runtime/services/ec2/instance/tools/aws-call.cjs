'use strict';
// One signed request to AWS ("Create a signed AWS API request", IAM User Guide), at the service's own name: the VPC's
// resolver and routes decide how it gets there, and whether.
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const { credentials, region: ownRegion } = require('./metadata.cjs');

const port = 4566;
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();

/** Resolves with { status, headers, body }; `body` is a Buffer. */
exports.call = async function call({
  service,
  host,
  method = 'POST',
  path = '/',
  query = {},
  headers = {},
  body = '',
  region,
  role,
  unsigned,
}) {
  const where = region ?? (await ownRegion());
  const name = host ?? `${service}.${where}.amazonaws.com`;
  const given = { ...headers, host: `${name}:${port}` };
  const url = path.split('/').map(encode).join('/');
  const search = Object.keys(query)
    .sort()
    .map((key) => `${encode(key)}=${encode(query[key])}`)
    .join('&');
  const signed = unsigned
    ? given
    : sign({ service, region: where, method, url, search, headers: given, body, keys: await credentials(role) });
  return exports.send({ host: name, port, method, path: search ? `${url}?${search}` : url, headers: signed, body });
};

exports.send = function send({ host, port: at, method = 'GET', path, headers = {}, body = '', protocol = 'http:' }) {
  return new Promise((resolve, reject) => {
    const { request } = protocol === 'https:' ? require('node:https') : http;
    const asked = request(
      {
        host,
        port: at,
        method,
        path,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        timeout: 20_000,
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
        response.on('error', reject);
      },
    );
    asked.on('timeout', () =>
      asked.destroy(
        new Error(`Could not connect to ${host}: it does not answer (is there a route to AWS, or an endpoint?)`),
      ),
    );
    asked.on('error', (error) => reject(new Error(`Could not connect to ${host}: ${error.message}`)));
    asked.end(body);
  });
};

/** JSON of services that speak it: { target: 'AmazonSSM.GetParameter' }. */
exports.json = async function json({ service, target, input, ...rest }) {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const { status, body } = await exports.call({ service, headers, body: JSON.stringify(input), ...rest });
  const answer = JSON.parse(String(body) || '{}');
  if (status < 300) return answer;
  const code = String(answer.__type ?? 'Unknown').replace(/^.*#/, '');
  throw new Error(
    `An error occurred (${code}) when calling the ${target.split('.').pop()} operation: ${answer.message ?? answer.Message ?? ''}`,
  );
};

function sign({ service, region, method, url, search, headers, body, keys }) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const all = {
    ...headers,
    'x-amz-date': date,
    'x-amz-content-sha256': sha256(body),
    ...(keys.token ? { 'x-amz-security-token': keys.token } : {}),
  };
  const names = Object.keys(all)
    .map((name) => name.toLowerCase())
    .sort();
  const lines = names.map((name) => `${name}:${String(all[name]).trim()}\n`).join('');
  const canonical = [method, url, search, lines, names.join(';'), all['x-amz-content-sha256']].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${keys.secret}`, day));
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function encode(text) {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
