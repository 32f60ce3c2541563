'use strict';
// Rotates the password of a database's user that a secret tells of: what runs in place of AWS's own functions
// SecretsManagerRDS…RotationSingleUser and …MultiUser, with their environment and their steps ("Rotation by Lambda
// function", Secrets Manager User Guide). It needs nothing but Node. How one speaks to the database follows in the same file,
// as `exports.database` of postgresql-session.cjs or mysql-session.cjs.
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const https = require('node:https');

const multiUser = process.env.ROTATION_TYPE === 'MultiUser';
const steps = { createSecret, setSecret, testSecret, finishSecret };

exports.handler = async ({ Step, SecretId, ClientRequestToken }) => {
  const step = steps[Step];
  if (!step) throw new Error(`Invalid step parameter ${Step} for secret ${SecretId}`);
  const { RotationEnabled, VersionIdsToStages = {} } = await ask('DescribeSecret', { SecretId });
  if (RotationEnabled === false) throw new Error(`Secret ${SecretId} is not enabled for rotation`);
  const stages = VersionIdsToStages[ClientRequestToken];
  if (!stages) throw new Error(`Secret version ${ClientRequestToken} has no stage for rotation of secret ${SecretId}.`);
  if (stages.includes('AWSCURRENT')) return;
  if (!stages.includes('AWSPENDING'))
    throw new Error(`Secret version ${ClientRequestToken} not set as AWSPENDING for rotation of secret ${SecretId}.`);
  await step({ SecretId, ClientRequestToken, VersionIdsToStages });
};

const connect = (secret) => exports.database.connect(secret);

async function createSecret({ SecretId, ClientRequestToken }) {
  const current = await secretValue(SecretId, { VersionStage: 'AWSCURRENT' });
  const pending = { VersionStage: 'AWSPENDING', VersionId: ClientRequestToken };
  if (await secretValue(SecretId, pending).catch(() => undefined)) return;
  const { RandomPassword: password } = await ask('GetRandomPassword', passwordRules());
  const username = multiUser ? otherOf(current.username) : current.username;
  const SecretString = JSON.stringify({ ...current, username, password });
  await ask('PutSecretValue', { SecretId, ClientRequestToken, SecretString, VersionStages: ['AWSPENDING'] });
}

async function setSecret({ SecretId, ClientRequestToken }) {
  const pending = await secretValue(SecretId, { VersionStage: 'AWSPENDING', VersionId: ClientRequestToken });
  const there = await connect(pending).catch(() => undefined);
  if (there) return there.end();
  const current = await secretValue(SecretId, { VersionStage: 'AWSCURRENT' });
  if (multiUser) return setByMaster(current, pending);
  if (current.username !== pending.username)
    throw new Error(`Attempting to modify user ${pending.username} other than current user ${current.username}`);
  if (current.host !== pending.host)
    throw new Error(`Attempting to modify user for host ${pending.host} other than current host ${current.host}`);
  const session = await asCurrentOrPrevious(SecretId, current);
  await exports.database.setOwnPassword(session, pending);
  session.end();
}

async function asCurrentOrPrevious(SecretId, current) {
  try {
    return await connect(current);
  } catch (error) {
    const previous = await secretValue(SecretId, { VersionStage: 'AWSPREVIOUS' }).catch(() => undefined);
    if (!previous || previous.username !== current.username || previous.host !== current.host)
      throw new Error(`Unable to log into database with current secret of secret arn ${SecretId}: ${error.message}`);
    return connect(previous);
  }
}

/** The users change places: one that the clients use, one that gets a new password with the same rights. */
async function setByMaster(current, pending) {
  if (!current.masterarn) throw new Error('The secret has no masterarn, which rotation of two users needs');
  const master = await secretValue(current.masterarn, { VersionStage: 'AWSCURRENT' }, ['username', 'password']);
  const session = await connect({ ...pending, username: master.username, password: master.password });
  await exports.database.setOther(session, current, pending);
  session.end();
}

async function testSecret({ SecretId, ClientRequestToken }) {
  const session = await connect(
    await secretValue(SecretId, { VersionStage: 'AWSPENDING', VersionId: ClientRequestToken }),
  );
  await session.query('SELECT now()');
  session.end();
}

async function finishSecret({ SecretId, ClientRequestToken, VersionIdsToStages }) {
  const [current] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT')) ?? [];
  const VersionStage = 'AWSCURRENT';
  await ask('UpdateSecretVersionStage', {
    SecretId,
    VersionStage,
    MoveToVersionId: ClientRequestToken,
    ...(current && { RemoveFromVersionId: current }),
  });
}

function otherOf(username) {
  const other = username.endsWith('_clone') ? username.slice(0, -'_clone'.length) : `${username}_clone`;
  const { longestName } = exports.database;
  if (other.length > longestName)
    throw new Error(`Unable to clone user, username length with _clone appended would exceed ${longestName}`);
  return other;
}

function passwordRules() {
  const flag = (name) => (process.env[name] ?? 'false').toLowerCase() === 'true';
  return {
    ExcludeCharacters: process.env.EXCLUDE_CHARACTERS ?? ':/@"\'\\',
    PasswordLength: Number(process.env.PASSWORD_LENGTH ?? 32),
    ExcludeNumbers: flag('EXCLUDE_NUMBERS'),
    ExcludePunctuation: flag('EXCLUDE_PUNCTUATION'),
    ExcludeUppercase: flag('EXCLUDE_UPPERCASE'),
    ExcludeLowercase: flag('EXCLUDE_LOWERCASE'),
    RequireEachIncludedType: (process.env.REQUIRE_EACH_INCLUDED_TYPE ?? 'true').toLowerCase() === 'true',
  };
}

async function secretValue(SecretId, version, required = ['host', 'username', 'password']) {
  const { SecretString } = await ask('GetSecretValue', { SecretId, ...version });
  const value = JSON.parse(SecretString);
  for (const field of required) if (!value[field]) throw new Error(`${field} key is missing from secret JSON`);
  const { engine } = exports.database;
  if (value.engine && !value.engine.includes(engine))
    throw new Error(`Database engine must be set to '${engine}' in order to use this rotation lambda`);
  return value;
}

/** A call of Secrets Manager's, signed with the function's own credentials (Signature Version 4). */
function ask(operation, input) {
  const at = process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? process.env.SECRETS_MANAGER_ENDPOINT;
  const url = new URL(process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ? at : (process.env.AWS_ENDPOINT_URL ?? at));
  const body = JSON.stringify(input);
  const request = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: signed(url.host, operation, body), timeout: 10_000 });
    sent.on('timeout', () => sent.destroy(new Error(`Secrets Manager does not answer at ${url.host}`)));
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString() || '{}');
        if (response.statusCode === 200) return resolve(answer);
        return reject(new Error(`${operation}: ${answer.__type} ${answer.message ?? answer.Message}`));
      });
    });
    sent.end(body);
  });
}

function signed(host, operation, body) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${process.env.AWS_REGION}/secretsmanager/aws4_request`;
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host,
    'x-amz-date': time,
    ...(token && { 'x-amz-security-token': token }),
    'x-amz-target': `secretsmanager.${operation}`,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body).toString('hex')].join('\n');
  const key = scope.split('/').reduce((last, part) => hmac(last, part), `AWS4${secret}`);
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical).toString('hex')].join('\n');
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization, 'content-length': Buffer.byteLength(body) };
}

const sha256 = (text) => createHash('sha256').update(text).digest();
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
