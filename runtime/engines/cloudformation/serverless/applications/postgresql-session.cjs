'use strict';
// Follows rotation.cjs: a session with PostgreSQL, and what is said there to change a password.
const crypto = require('node:crypto');
const net = require('node:net');
const tls = require('node:tls');

exports.database = {
  engine: 'postgres',
  longestName: 63,
  connect: connectPostgres,
  async setOwnPassword(session, { username, password }) {
    await session.query(`ALTER USER ${identifier(username)} WITH PASSWORD ${literal(password)}`);
  },
  /** A user with the rights of another. */
  async setOther(session, current, { username, password }) {
    const [found] = await session.query(`SELECT 1 FROM pg_roles WHERE rolname = ${literal(username)}`);
    if (found) return session.query(`ALTER USER ${identifier(username)} WITH PASSWORD ${literal(password)}`);
    await session.query(`CREATE ROLE ${identifier(username)} WITH LOGIN PASSWORD ${literal(password)}`);
    await session.query(`GRANT ${identifier(current.username)} TO ${identifier(username)}`);
  },
};

const literal = (text) => `'${text.replaceAll("'", "''")}'`;
const identifier = (name) => `"${name.replaceAll('"', '""')}"`;

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** A session over TLS: the messages of PostgreSQL's protocol that a login by SCRAM and simple queries need. */
async function connectPostgres({ host, port = 5432, username, password, dbname = 'postgres' }) {
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
    this.nonce = crypto.randomBytes(18).toString('base64');
  }

  first() {
    this.bare = `n=,r=${this.nonce}`;
    return `n,,${this.bare}`;
  }

  final(challenge) {
    const { r, s, i } = Object.fromEntries(challenge.split(',').map((part) => [part[0], part.slice(2)]));
    if (!r?.startsWith(this.nonce)) throw new Error('The database answered with a nonce of its own');
    const salted = crypto.pbkdf2Sync(this.password, Buffer.from(s, 'base64'), Number(i), 32, 'sha256');
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
