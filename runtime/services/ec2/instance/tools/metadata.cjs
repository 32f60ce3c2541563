'use strict';
// The metadata service, by IMDSv2.
const http = require('node:http');

const host = '169.254.169.254';
let token;

exports.metadata = async function metadata(path) {
  token ??= await ask('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': '300' });
  return ask('GET', `/latest/${path}`, { 'x-aws-ec2-metadata-token': token });
};

/** From the environment, else of the instance profile's role. */
exports.credentials = async function credentials(role) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!role && AWS_ACCESS_KEY_ID)
    return { id: AWS_ACCESS_KEY_ID, secret: AWS_SECRET_ACCESS_KEY, token: AWS_SESSION_TOKEN };
  const folder = 'meta-data/iam/security-credentials/';
  const name = role ?? (await exports.metadata(folder).catch(() => undefined))?.trim();
  if (!name) throw new Error('Unable to locate credentials: the instance has no instance profile');
  const found = JSON.parse(await exports.metadata(`${folder}${name}`));
  return { id: found.AccessKeyId, secret: found.SecretAccessKey, token: found.Token };
};

exports.region = async () =>
  process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? exports.metadata('meta-data/placement/region');

function ask(method, path, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, path, method, headers, timeout: 5000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new Error(`the metadata service answered ${response.statusCode} to ${path}`)),
      );
    });
    request.on('timeout', () => request.destroy(new Error('the metadata service does not answer')));
    request.on('error', reject);
    request.end();
  });
}
