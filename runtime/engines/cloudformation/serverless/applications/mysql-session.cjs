'use strict';
// Follows rotation.cjs: a session with MySQL or MariaDB, and what is said there to change a password.
const crypto = require('node:crypto');
const net = require('node:net');
const tls = require('node:tls');

const isMariadb = process.env.ROTATION_ENGINE === 'mariadb';

exports.database = {
  engine: isMariadb ? 'mariadb' : 'mysql',
  longestName: isMariadb ? 80 : 32,
  connect: connectMysql,
  async setOwnPassword(session, { password }) {
    await session.query(`SET PASSWORD = PASSWORD(${literal(password)})`);
  },
  /** A user with the grants of another, from wherever that one may come. */
  async setOther(session, current, { username, password }) {
    const hosts = (name) => session.query(`SELECT Host FROM mysql.user WHERE User = ${literal(name)}`);
    const there = await hosts(username);
    for (const [host] of there)
      await session.query(`ALTER USER ${account(username, host)} IDENTIFIED BY ${literal(password)}`);
    if (there.length > 0) return;
    for (const [host] of await hosts(current.username)) {
      await session.query(`CREATE USER ${account(username, host)} IDENTIFIED BY ${literal(password)}`);
      for (const [grant] of await session.query(`SHOW GRANTS FOR ${account(current.username, host)}`))
        await session.query(grant.replace(grantee, (_, more) => ` TO ${account(username, host)}${more}`));
    }
  },
};

const literal = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const account = (name, host) => `${literal(name)}@${literal(host)}`;
/** In what SHOW GRANTS says, whom it is for, and the password that user has. */
const grantee = / TO `(?:[^`]|``)*`@`[^`]*`(?: IDENTIFIED BY PASSWORD '[^']*')?((?: REQUIRE| WITH|$).*)/;

/** LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH; and SSL. */
const capabilities = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000;
const withSsl = 0x800;
const nativePassword = 'mysql_native_password';

async function connectMysql({ host, port = 3306, username, password }) {
  const session = new Session(net.connect({ host, port: Number(port), timeout: 5000 }));
  try {
    await session.begin({ host, username, password });
    return session;
  } catch (error) {
    session.socket.destroy();
    throw error;
  }
}

class Session {
  constructor(socket) {
    this.packets = [];
    this.listen(socket);
    socket.once('timeout', () => socket.destroy(new Error('The database does not answer')));
  }

  listen(socket) {
    this.held = Buffer.alloc(0);
    this.socket = socket;
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('The database closed the connection')));
  }

  /** "Connection Phase": always over TLS. */
  async begin({ host, username, password }) {
    const greeting = await this.next();
    const scramble = scrambleOf(greeting);
    const head = Buffer.alloc(32);
    head.writeUInt32LE(capabilities | withSsl, 0);
    head.writeUInt32LE(0x1000000, 4);
    head[8] = 45;
    this.send(head);
    const plain = this.socket;
    plain.setTimeout(0);
    plain.removeAllListeners('data');
    const secured = tls.connect({ socket: plain, servername: net.isIP(host) ? '' : host, rejectUnauthorized: false });
    this.listen(secured);
    await new Promise((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject));
    const proof = proofOf(password, scramble);
    const names = [
      Buffer.from(`${username}\0`),
      Buffer.from([proof.length]),
      proof,
      Buffer.from(`${nativePassword}\0`),
    ];
    this.send(Buffer.concat([head, ...names]));
    const answer = await this.next();
    if (answer[0] === 0) return;
    const [plugin] = answer.toString('latin1', 1).split('\0');
    if (answer[0] !== 0xfe || plugin !== nativePassword)
      throw new Error(`The database wants another way to log in than ${nativePassword}`);
    this.send(proofOf(password, answer.subarray(2 + plugin.length, 22 + plugin.length)));
    if ((await this.next())[0] !== 0) throw new Error('The database did not let the user in');
  }

  /** Rows of texts. */
  async query(sql) {
    this.sequence = 0;
    this.send(Buffer.concat([Buffer.from([3]), Buffer.from(sql)]));
    const first = await this.next();
    if (first[0] === 0) return [];
    for (let column = 0; column <= first[0]; column += 1) await this.next();
    const rows = [];
    for (;;) {
      const packet = await this.next();
      if (packet[0] === 0xfe && packet.length < 9) return rows;
      rows.push(textsOf(packet));
    }
  }

  end() {
    this.sequence = 0;
    this.send(Buffer.from([1]));
    this.socket.end();
  }

  send(body) {
    const head = Buffer.alloc(4);
    head.writeUIntLE(body.length, 0, 3);
    head[3] = this.sequence;
    this.sequence = (this.sequence + 1) % 256;
    this.socket.write(Buffer.concat([head, body]));
  }

  /** The next packet; what the server has against us is thrown. */
  async next() {
    while (this.packets.length === 0) {
      if (this.failure) throw this.failure;
      await new Promise((resolve) => (this.wake = resolve));
    }
    const packet = this.packets.shift();
    if (packet[0] === 0xff) throw new Error(packet.toString('utf8', packet[3] === 0x23 ? 9 : 3));
    return packet;
  }

  read(chunk) {
    this.held = Buffer.concat([this.held, chunk]);
    while (this.held.length >= 4 && this.held.length >= 4 + this.held.readUIntLE(0, 3)) {
      const end = 4 + this.held.readUIntLE(0, 3);
      this.sequence = (this.held[3] + 1) % 256;
      this.packets.push(this.held.subarray(4, end));
      this.held = this.held.subarray(end);
    }
    this.wake?.();
  }

  fail(error) {
    this.failure ??= error;
    this.wake?.();
  }
}

/** Of the server's greeting: eight bytes after its version and number, and twelve further on. */
function scrambleOf(greeting) {
  const first = greeting.indexOf(0, 1) + 5;
  return Buffer.concat([greeting.subarray(first, first + 8), greeting.subarray(first + 27, first + 39)]);
}

function proofOf(password, scramble) {
  const sha1 = (bytes) => crypto.createHash('sha1').update(bytes).digest();
  const once = sha1(Buffer.from(password));
  const mask = sha1(Buffer.concat([scramble, sha1(once)]));
  return Buffer.from(once.map((byte, index) => byte ^ mask[index]));
}

function textsOf(packet) {
  const texts = [];
  for (let at = 0; at < packet.length; ) {
    const bytes = packet[at] < 0xfb ? 0 : packet[at] === 0xfc ? 2 : 3;
    const length = bytes === 0 ? packet[at] : packet.readUIntLE(at + 1, bytes);
    texts.push(packet.toString('utf8', at + 1 + bytes, at + 1 + bytes + length));
    at += 1 + bytes + length;
  }
  return texts;
}
