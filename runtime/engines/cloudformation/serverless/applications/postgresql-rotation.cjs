'use strict';
// Rotates the password of a PostgreSQL user that a secret tells of: what runs in place of AWS's own functions
// SecretsManagerRDSPostgreSQLRotationSingleUser and …MultiUser, with their environment and their steps ("Rotation by Lambda
// function", Secrets Manager User Guide). It needs nothing but Node.
const { createHash, createHmac, pbkdf2Sync, randomBytes } = require('node:crypto');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

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
  await session.query(`ALTER USER ${identifier(pending.username)} WITH PASSWORD ${literal(pending.password)}`);
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
  const [found] = await session.query(`SELECT 1 FROM pg_roles WHERE rolname = ${literal(pending.username)}`);
  const [user, password] = [identifier(pending.username), literal(pending.password)];
  if (found) await session.query(`ALTER USER ${user} WITH PASSWORD ${password}`);
  else {
    await session.query(`CREATE ROLE ${user} WITH LOGIN PASSWORD ${password}`);
    await session.query(`GRANT ${identifier(current.username)} TO ${user}`);
  }
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
  if (other.length > 63) throw new Error(`Unable to clone user, username length with _clone appended would exceed 63`);
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
  if (value.engine && !/postgres/.test(value.engine))
    throw new Error("Database engine must be set to 'postgres' in order to use this rotation lambda");
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
const literal = (text) => `'${text.replaceAll("'", "''")}'`;
const identifier = (name) => `"${name.replaceAll('"', '""')}"`;

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** A session over TLS: the messages of PostgreSQL's protocol that a login by SCRAM and simple queries need. */
async function connect({ host, port = 5432, username, password, dbname = 'postgres' }) {
  const socket = await encrypted(host, Number(port));
  const session = new Session(socket);
  try {
    await session.begin({ username, password, dbname });
    return session;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function encrypted(host, port) {
  return new Promise((resolve, reject) => {
    const plain = net.connect({ host, port, timeout: 5000 });
    plain.once('timeout', () => plain.destroy(new Error(`${host}:${port} does not answer`)));
    plain.once('error', reject);
    plain.once('connect', () => plain.write(sslRequest));
    plain.once('data', (answer) => {
      plain.setTimeout(0);
      if (answer[0] !== 0x53) return plain.destroy(new Error('The database does not take TLS'));
      const secured = tls.connect({ socket: plain, servername: host, rejectUnauthorized: false });
      secured.once('secureConnect', () => resolve(secured));
      secured.once('error', reject);
    });
  });
}

class Session {
  constructor(socket) {
    this.socket = socket;
    this.held = Buffer.alloc(0);
    this.messages = [];
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('The database closed the connection')));
  }

  async begin({ username, password, dbname }) {
    const body = Buffer.from(`user\0${username}\0database\0${dbname}\0\0`);
    this.socket.write(Buffer.concat([int32(body.length + 8), int32(196_608), body]));
    const scram = new Scram(password);
    for (;;) {
      const { kind, body } = await this.next();
      if (kind === 'Z') return;
      if (kind !== 'R') continue;
      const code = body.readInt32BE(0);
      if (code === 10) this.send('p', Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), sized(scram.first())]));
      else if (code === 11) this.send('p', Buffer.from(scram.final(body.toString('utf8', 4))));
      else if (code !== 0 && code !== 12)
        throw new Error('The database wants another way to log in than SCRAM-SHA-256');
    }
  }

  async query(sql) {
    this.send('Q', Buffer.from(`${sql}\0`));
    const rows = [];
    for (;;) {
      const { kind, body } = await this.next();
      if (kind === 'D') rows.push(body);
      if (kind === 'Z') return rows;
    }
  }

  end() {
    this.socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
  }

  send(kind, body) {
    this.socket.write(Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]));
  }

  /** The next message; what the server has against us is thrown. */
  async next() {
    while (this.messages.length === 0) {
      if (this.failure) throw this.failure;
      await new Promise((resolve) => (this.wake = resolve));
    }
    const message = this.messages.shift();
    if (message.kind === 'E') {
      const fields = message.body.toString('utf8').split('\0');
      throw new Error(fields.find((field) => field[0] === 'M')?.slice(1) ?? 'The database refused');
    }
    return message;
  }

  read(chunk) {
    this.held = Buffer.concat([this.held, chunk]);
    while (this.held.length >= 5 && this.held.length >= 1 + this.held.readInt32BE(1)) {
      const end = 1 + this.held.readInt32BE(1);
      this.messages.push({ kind: String.fromCharCode(this.held[0]), body: this.held.subarray(5, end) });
      this.held = this.held.subarray(end);
    }
    this.wake?.();
  }

  fail(error) {
    this.failure ??= error;
    this.wake?.();
  }
}

/** RFC 5802 and 7677, without channel binding. */
class Scram {
  constructor(password) {
    this.password = password;
    this.nonce = randomBytes(18).toString('base64');
  }

  first() {
    this.bare = `n=,r=${this.nonce}`;
    return `n,,${this.bare}`;
  }

  final(challenge) {
    const { r, s, i } = Object.fromEntries(challenge.split(',').map((part) => [part[0], part.slice(2)]));
    if (!r?.startsWith(this.nonce)) throw new Error('The database answered with a nonce of its own');
    const salted = pbkdf2Sync(this.password, Buffer.from(s, 'base64'), Number(i), 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const without = `c=biws,r=${r}`;
    const signature = hmac(sha256(clientKey), `${this.bare},${challenge},${without}`);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]));
    return `${without},p=${proof.toString('base64')}`;
  }
}

function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const sized = (text) => Buffer.concat([int32(Buffer.byteLength(text)), Buffer.from(text)]);
