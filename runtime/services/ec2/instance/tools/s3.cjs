'use strict';
// S3 as the tools of an instance use it: read, write and list objects.
const { call } = require('./aws-call.cjs');
const { region } = require('./metadata.cjs');

/** Path style, so that a bucket's name needs no certificate and no name of its own. */
async function ask(options) {
  const where = options.region ?? (await region());
  return call({ service: 's3', host: `s3.${where}.amazonaws.com`, ...options });
}

exports.read = async function read({ bucket, key, ...rest }) {
  const { status, body } = await ask({ method: 'GET', path: `/${bucket}/${key}`, ...rest });
  if (status !== 200) throw problem(status, body, 'GetObject');
  return body;
};

exports.write = async function write({ bucket, key, body, ...rest }) {
  const { status, body: said } = await ask({ method: 'PUT', path: `/${bucket}/${key}`, body, ...rest });
  if (status !== 200) throw problem(status, said, 'PutObject');
};

exports.remove = async function remove({ bucket, key }) {
  const { status, body } = await ask({ method: 'DELETE', path: `/${bucket}/${key}` });
  if (status >= 300) throw problem(status, body, 'DeleteObject');
};

/** Every object under a prefix: { key, size, modified }. */
exports.list = async function list({ bucket, prefix = '' }) {
  const found = [];
  let token;
  do {
    const query = { 'list-type': '2', prefix, ...(token ? { 'continuation-token': token } : {}) };
    const { status, body } = await ask({ method: 'GET', path: `/${bucket}`, query });
    if (status !== 200) throw problem(status, body, 'ListObjectsV2');
    const text = String(body);
    for (const [, entry] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs))
      found.push({
        key: element(entry, 'Key'),
        size: Number(element(entry, 'Size')),
        modified: element(entry, 'LastModified'),
      });
    token = element(text, 'NextContinuationToken');
  } while (token);
  return found;
};

function problem(status, body, operation) {
  const text = String(body);
  const code = element(text, 'Code') ?? status;
  return new Error(
    `An error occurred (${code}) when calling the ${operation} operation: ${element(text, 'Message') ?? ''}`,
  );
}

function element(text, name) {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  return found?.replace(
    /&(amp|lt|gt|quot|apos|#x?[0-9a-fA-F]+);/g,
    (_, entity) => letters[entity] ?? codePoint(entity),
  );
}

const letters = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function codePoint(entity) {
  return String.fromCodePoint(entity[1] === 'x' ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1)));
}

exports.element = element;
