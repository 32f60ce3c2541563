import { connect, type Socket } from 'node:net';
import { type Row, type Session, superuser } from '../engine.ts';

export class MariadbError extends Error {
  readonly errno: number;
  constructor(errno: number, message: string) {
    super(message);
    this.errno = errno;
  }
}

/** PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH, TRANSACTIONS, and CONNECT_WITH_DB where there is one. */
const capabilities = 0x200 | 0x8000 | 0x80000 | 0x2000;
const withDatabase = 0x8;
const utf8mb4 = 45;

/**
 * The few packets of the protocol that the runtime's own queries need ("MariaDB client/server protocol"). The superuser has
 * no password: it is let in through the unix socket alone, whose folder only the runtime can enter.
 */
export class MariadbSession implements Session {
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #sequence = 0;
  #take: (packet: Buffer) => void = () => undefined;
  #reject: ((error: Error) => void) | undefined;

  static async open(path: string, database: string | undefined): Promise<MariadbSession> {
    const session = new MariadbSession(connect(path));
    await session.#exchange<void>((packet, done) => {
      if (packet[0] === 10) session.#send(login(database));
      // The server would like another way to log in, in which an empty password is an empty answer too.
      else if (packet[0] === 0xfe) session.#send(Buffer.alloc(0));
      else done();
    });
    return session;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => this.#reject?.(new Error('the database closed the connection')));
  }

  /** One statement. */
  query(sql: string): Promise<Row[]> {
    let left = -1;
    let ends = 0;
    const columns: string[] = [];
    const rows: Row[] = [];
    const answer = this.#exchange<Row[]>((packet, done) => {
      if (left === -1) {
        if (packet[0] === 0) return done(rows);
        left = packet[0] ?? 0;
      } else if (packet[0] === 0xfe && packet.length < 9) {
        ends += 1;
        if (ends === 2) done(rows);
      } else if (ends === 0) columns.push(columnName(packet));
      else rows.push(rowOf(packet, columns));
    });
    this.#sequence = 0;
    this.#send(Buffer.concat([Buffer.from([3]), Buffer.from(sql)]));
    return answer;
  }

  close(): void {
    this.#sequence = 0;
    this.#send(Buffer.from([1]));
    this.#socket.end();
    this.#socket.unref();
  }

  #exchange<T>(take: (packet: Buffer, done: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      this.#take = (packet) => {
        if (packet[0] === 0xff) reject(new MariadbError(packet.readUInt16LE(1), packet.toString('utf8', 9)));
        else take(packet, resolve);
      };
    });
  }

  #send(body: Buffer): void {
    const head = Buffer.alloc(4);
    head.writeUIntLE(body.length, 0, 3);
    head[3] = this.#sequence;
    this.#socket.write(Buffer.concat([head, body]));
  }

  #read(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    while (this.#held.length >= 4) {
      const end = 4 + this.#held.readUIntLE(0, 3);
      if (this.#held.length < end) return;
      this.#sequence = ((this.#held[3] ?? 0) + 1) % 256;
      const packet = this.#held.subarray(4, end);
      this.#held = this.#held.subarray(end);
      this.#take(packet);
    }
  }
}

export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function login(database: string | undefined): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities | (database === undefined ? 0 : withDatabase), 0);
  head.writeUInt32LE(0x1000000, 4);
  head[8] = utf8mb4;
  const names = [superuser, '', ...(database === undefined ? [] : [database]), 'mysql_native_password'];
  // Between the user and the database the length of the password: none.
  return Buffer.concat([head, Buffer.from(`${names.join('\0')}\0`)]);
}

/** Catalog, schema, table, original table, name. */
function columnName(packet: Buffer): string {
  let at = 0;
  let name = '';
  for (let field = 0; field < 5; field += 1) {
    const { length, from } = lengthAt(packet, at);
    name = packet.toString('utf8', from, from + length);
    at = from + length;
  }
  return name;
}

function rowOf(packet: Buffer, columns: string[]): Row {
  const row: Row = {};
  let at = 0;
  for (const column of columns) {
    if (packet[at] === 0xfb) {
      row[column] = null;
      at += 1;
      continue;
    }
    const { length, from } = lengthAt(packet, at);
    row[column] = packet.toString('utf8', from, from + length);
    at = from + length;
  }
  return row;
}

/** "Length encoded integers". */
function lengthAt(packet: Buffer, at: number): { length: number; from: number } {
  const first = packet[at] ?? 0;
  if (first < 0xfb) return { length: first, from: at + 1 };
  const bytes = first === 0xfc ? 2 : first === 0xfd ? 3 : 6;
  return { length: packet.readUIntLE(at + 1, bytes), from: at + 1 + (first === 0xfe ? 8 : bytes) };
}
