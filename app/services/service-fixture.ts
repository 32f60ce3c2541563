// For tests: a service's routes on a free loopback port, over a database of its own in a real server.
import type { TestContext } from 'node:test';
import type { Postgres } from '../postgres-fixture.ts';
import { type Database, openDatabase } from '../shared/data/database.ts';
import { migrate } from '../shared/data/migrations.ts';
import type { Route } from '../shared/http/answer.ts';
import { type Service, startService } from '../shared/http/service.ts';
import { createLog } from '../shared/log.ts';

export type TestService = {
  database: Database;
  service: Service;
  lines: string[];
  ask: Ask;
  environment: NodeJS.ProcessEnv;
};

type Ask = (method: string, path: string, options?: AskOptions) => Promise<Asked>;
type AskOptions = { body?: unknown; key?: string; headers?: Record<string, string> };
/** Every member any answer has; the assertion tells whether it was there. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads the member it expects of any answer
export type Asked = { status: number; headers: Headers; text: string; json: any };

export async function startTestService(
  t: Pick<TestContext, 'after'>,
  server: Pick<Postgres, 'createDatabase'>,
  routesOf: (database: Database) => Route[],
): Promise<TestService> {
  const environment = await server.createDatabase();
  // Migrations of a machine that is busy with other tests take seconds.
  const database = await openDatabase({ environment, connections: 20, patienceMs: 20_000 });
  await migrate(
    database,
    createLog({}, () => {}),
  );
  const lines: string[] = [];
  const service = await startService({
    name: 'test',
    routes: routesOf(database),
    ready: () => database.ping(),
    port: 0,
    host: '127.0.0.1',
    write: (line) => lines.push(line),
  });
  t.after(async () => {
    await service.drain({ noticeMs: 0, graceMs: 0 });
    await database.close();
  });
  return { database, service, lines, environment, ask: (...call) => ask(service.url, ...call) };
}

async function ask(url: string, method: string, path: string, options: AskOptions = {}): Promise<Asked> {
  const { body, key, headers = {} } = options;
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}
