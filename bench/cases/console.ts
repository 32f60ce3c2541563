import { get } from 'node:http';
import type { Case, Place } from '../case.ts';
import { Driver } from '../load.ts';
import { hitOf } from './cdn.ts';

export const webConsole: Case[] = [
  {
    // Beside "CDN hit": the difference is what it costs that somebody watches. The last line, as recording goes on for a while.
    name: 'CDN hit watched in the console, 2 KB',
    peer: 'none',
    async prepare(at) {
      const hit = await hitOf(at);
      const driver = new Driver(at.server, at.server.httpUrl);
      await driver.send(hit);
      return {
        async measure(options) {
          const close = await watch(at);
          try {
            return await driver.load((send) => send(hit), options);
          } finally {
            close();
          }
        },
      };
    },
  },
];

/** As a page of the console does: its stream of events, read and thrown away. */
function watch({ server }: Place): Promise<() => void> {
  const { port } = new URL(server.url);
  const { promise, resolve, reject } = Promise.withResolvers<() => void>();
  const path = '/_orrery/console/events?topics=stack,request,flow,clock,alarm,state,problem,reset';
  const asked = get({ port, path, headers: { host: `orrery.localhost:${port}` } }, (answer) => {
    answer.resume();
    if (answer.statusCode === 200) resolve(() => asked.destroy());
    else reject(new Error(`the console's stream answered ${answer.statusCode}`));
  });
  asked.on('error', reject);
  return promise;
}
