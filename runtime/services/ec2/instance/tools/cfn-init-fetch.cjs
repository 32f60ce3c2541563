'use strict';
// What sources and files of cfn-init are read from: objects of S3, with the credentials that AWS::CloudFormation::
// Authentication names for them, and other addresses by HTTP.
const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const s3 = require('./s3.cjs');

const mostBytes = 1024 * 1024 * 1024;

exports.fetch = async function fetch(address, access, name) {
  const url = new URL(address);
  if (url.protocol === 'file:') return readFileSync(url);
  const found = objectOf(url);
  const authentication = name
    ? access.authentication[name]
    : Object.values(access.authentication).find(
        (each) => each.type === 'S3' && [each.buckets].flat().includes(found?.bucket),
      );
  if (name && !authentication) throw new Error(`there is no authentication named ${name}`);
  if (authentication?.type === 'S3')
    return s3.read({ ...found, region: access.region, ...credentialsOf(authentication) });
  const headers = authentication
    ? {
        authorization: `Basic ${Buffer.from(`${authentication.username}:${authentication.password}`).toString('base64')}`,
      }
    : {};
  return get(url, headers, 5);
};

function credentialsOf({ roleName, accessKeyId }) {
  if (accessKeyId) throw new Error('accessKeyId in AWS::CloudFormation::Authentication is refused: name a role.');
  return { role: roleName };
}

/** bucket.s3.region.amazonaws.com/key, s3.region.amazonaws.com/bucket/key and their older forms. */
function objectOf({ hostname, pathname }) {
  const path = decodeURIComponent(pathname).slice(1);
  const [, bucket] = /^(.+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/.exec(hostname) ?? [];
  if (bucket) return { bucket, key: path };
  if (!/^s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/.test(hostname)) return undefined;
  const slash = path.indexOf('/');
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function get(url, headers, redirects) {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const asked = request(url, { headers, timeout: 20_000 }, (response) => {
      const { statusCode, headers: said } = response;
      if (said.location && statusCode >= 300 && statusCode < 400 && redirects > 0) {
        response.resume();
        return resolve(get(new URL(said.location, url), headers, redirects - 1));
      }
      if (statusCode !== 200) {
        response.resume();
        return reject(new Error(`Failed to retrieve ${url}: HTTP Error ${statusCode}`));
      }
      const chunks = [];
      let length = 0;
      response.on('data', (chunk) => {
        length += chunk.length;
        if (length > mostBytes) asked.destroy(new Error(`${url} is larger than a gigabyte`));
        chunks.push(chunk);
      });
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    asked.on('timeout', () => asked.destroy(new Error('timed out')));
    asked.on('error', (error) => reject(new Error(`Failed to retrieve ${url}: ${error.message}`)));
    asked.end();
  });
}
