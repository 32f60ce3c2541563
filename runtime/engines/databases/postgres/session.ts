import { connect, type Socket } from 'node:net';
import { type Row, type Session, superuser } from '../engine.ts';

export class DatabaseError extends Error {
  /** SQLSTATE. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The few messages of PostgreSQL's protocol that simple queries need ("Frontend/Backend Protocol", PostgreSQL documentation). */
export class PostgresSession implements Session {
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #waiting: { resolve(rows: Row[]): void; reject(error: Error): void } | undefined;
  #columns: string[] = [];
  #rows: Row[] = [];
  #error: DatabaseError | undefined;

  static async open(
    path: string,
    database = 'postgres',
    settings: Record<string, string> = {},
  ): Promise<PostgresSession> {
    const session = new PostgresSession(connect(path));
    const ready = session.#answer();
    const pairs = Object.entries({ user: superuser, database, application_name: 'orrery', ...settings });
    const body = Buffer.concat([
      Buffer.from([0, 3, 0, 0]),
      Buffer.from(`${pairs.map(([name, value]) => `${name}\0${value}\0`).join('')}\0`),
    ]);
    session.#socket.write(Buffer.concat([lengthOf(body), body]));
    await ready;
    return session;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the database closed the connection')));
  }

  /** Runs statements; the rows are the last one's. */
  query(sql: string): Promise<Row[]> {
    const answer = this.#answer();
    const body = Buffer.from(`${sql}\0`);
    this.#socket.write(Buffer.concat([Buffer.from('Q'), lengthOf(body), body]));
    return answer;
  }

  close(): void {
    this.#socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
    this.#socket.unref();
  }

  #answer(): Promise<Row[]> {
    this.#rows = [];
    this.#error = undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #fail(error: Error): void {
    this.#waiting?.reject(this.#error ?? error);
    this.#waiting = undefined;
  }

  #read(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    while (this.#held.length >= 5) {
      const end = 1 + this.#held.readInt32BE(1);
      if (this.#held.length < end) return;
      this.#take(String.fromCharCode(this.#held[0] ?? 0), this.#held.subarray(5, end));
      this.#held = this.#held.subarray(end);
    }
  }

  #take(kind: string, body: Buffer): void {
    if (kind === 'T') this.#columns = columnsOf(body);
    else if (kind === 'D') this.#rows.push(rowOf(body, this.#columns));
    else if (kind === 'E') this.#error = errorOf(body);
    else if (kind === 'Z') {
      if (this.#error) this.#waiting?.reject(this.#error);
      else this.#waiting?.resolve(this.#rows);
      this.#waiting = undefined;
    }
  }
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function lengthOf(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return length;
}

function columnsOf(body: Buffer): string[] {
  const names: string[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const end = body.indexOf(0, at);
    names.push(body.toString('utf8', at, end));
    at = end + 19;
  }
  return names;
}

function rowOf(body: Buffer, columns: string[]): Row {
  const row: Row = {};
  let at = 2;
  for (const column of columns) {
    const length = body.readInt32BE(at);
    at += 4;
    row[column] = length < 0 ? null : body.toString('utf8', at, at + length);
    at += Math.max(length, 0);
  }
  return row;
}

function errorOf(body: Buffer): DatabaseError {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field[0] ?? '', field.slice(1)]),
  );
  return new DatabaseError(fields.get('C') ?? 'XX000', fields.get('M') ?? 'an error without a message');
}
