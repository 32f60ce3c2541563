import { type Database, openDatabase } from '../data/database.ts';
import { migrate } from '../data/migrations.ts';
import { createLog, errorFields } from '../log.ts';
import type { Route } from './answer.ts';
import { startService } from './service.ts';

export type Part = { routes: Route[]; stop?: () => Promise<void> };

/**
 * Runs a service as this process until SIGTERM or SIGINT: opens the database, brings its tables up to date, serves, and
 * on the signal drains, stops and leaves with 0. `PORT` and `HOST` say where.
 */
export async function runProcess(name: string, prepare: (database: Database) => Promise<Part> | Part): Promise<void> {
  const log = createLog({ service: name });
  try {
    const database = await openDatabase();
    await migrate(database, log);
    const { routes, stop } = await prepare(database);
    const { PORT = '8080', HOST } = process.env;
    const service = await startService({
      name,
      routes,
      ready: () => database.ping(),
      port: Number(PORT),
      ...(HOST ? { host: HOST } : {}),
    });
    log.info('serving', { url: service.url });
    const leave = async (signal: NodeJS.Signals): Promise<void> => {
      log.info('draining', { signal });
      await service.drain();
      await stop?.();
      await database.close();
      log.info('ended');
    };
    process.once('SIGTERM', leave).once('SIGINT', leave);
  } catch (error) {
    log.error('could not start', errorFields(error));
    process.exitCode = 1;
  }
}
