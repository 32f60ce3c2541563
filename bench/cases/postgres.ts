import { Resolver } from 'node:dns/promises';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import type { Case, Place } from '../case.ts';
import type { LoadOptions, Measure } from '../load.ts';
import type { Server } from '../server.ts';
import { queryCall } from '../wire.ts';

const callers = 8;
const instance = 'bench';
const signIn = { user: 'bench', password: 'correct-horse', database: 'bench' };

/** One row of a table by its key, over TLS: through the endpoint that clients are given, and straight at the server. */
export const postgres: Case[] = [
  {
    name: 'PostgreSQL select, through the endpoint',
    peer: 'own',
    callers,
    startPeers: [async (ours) => direct(ours)],
    prepare: async (place) =>
      selects(place, place.server.name === 'orrery' ? await endpointOf(place) : addressOf(place)),
  },
];

interface Address {
  host: string;
  port: number;
}

const call = (Action: string, input: Record<string, string>) => queryCall('rds', '2014-10-31', Action, input);

async function endpointOf({ server, driver }: Place): Promise<Address> {
  // The default group lets nobody in but its own members, as on AWS.
  const rule = { GroupName: 'default', IpProtocol: 'tcp', FromPort: '5432', ToPort: '5432', CidrIp: '0.0.0.0/0' };
  await driver.send(queryCall('ec2', '2016-11-15', 'AuthorizeSecurityGroupIngress', rule));
  await driver.send(
    call('CreateDBInstance', {
      DBInstanceIdentifier: instance,
      DBInstanceClass: 'db.t4g.micro',
      Engine: 'postgres',
      AllocatedStorage: '20',
      DBName: signIn.database,
      MasterUsername: signIn.user,
      MasterUserPassword: signIn.password,
      PubliclyAccessible: 'true',
    }),
  );
  for (;;) {
    const answer = (await driver.send(call('DescribeDBInstances', { DBInstanceIdentifier: instance }))).toString();
    if (answer.includes('<DBInstanceStatus>available<')) {
      const resolver = new Resolver();
      resolver.setServers([`127.0.0.1:${server.dnsPort}`]);
      const [host = ''] = await resolver.resolve4(/<Address>([^<]+)</.exec(answer)?.[1] ?? '');
      return { host, port: Number(/<Port>(\d+)</.exec(answer)?.[1]) };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The server's own port. Its processes are the runtime's, so its CPU time is counted the same way. */
function direct(ours: Place): Server {
  const port = readdirSync('/proc')
    .filter((name) => Number.isInteger(Number(name)))
    .map((name) => commandOf(name))
    .filter((words) => words[0]?.endsWith('/postgres') && words.join(' ').includes(ours.server.dataDir ?? '?'))
    .map((words) => words[words.indexOf('-p') + 1])
    .at(0);
  if (port === undefined) throw new Error('no PostgreSQL of ours runs');
  return { ...ours.server, name: 'postgres', url: `http://127.0.0.1:${port}`, stop: async () => undefined };
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function addressOf({ server }: Place): Address {
  const { hostname, port } = new URL(server.url);
  return { host: hostname, port: Number(port) };
}

async function selects(place: Place, address: Address): Promise<{ measure(options: LoadOptions): Promise<Measure> }> {
  const ssl = { rejectUnauthorized: false };
  const clients = await Promise.all(
    Array.from({ length: callers }, async () => {
      const client = new pg.Client({ ...address, ...signIn, ssl });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    }),
  );
  await clients[0]?.query('CREATE TABLE IF NOT EXISTS dishes (sku text PRIMARY KEY, name text NOT NULL)');
  await clients[0]?.query("INSERT INTO dishes VALUES ('oysters', 'Six rock oysters') ON CONFLICT DO NOTHING");
  const query = { name: 'one', text: 'SELECT * FROM dishes WHERE sku = $1', values: ['oysters'] };
  return {
    measure: (options) =>
      place.driver.load(async () => {
        const client = clients.pop();
        if (!client) throw new Error('more callers than connections');
        const { rows } = await client.query(query);
        if (rows.length !== 1) throw new Error('the row is not there');
        clients.push(client);
      }, options),
  };
}
