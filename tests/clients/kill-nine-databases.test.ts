import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { after, describe, test } from 'node:test';
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import pg from 'pg';
import { eventually } from '../systems/system-fixture.ts';
import { CommandLine } from './command.fixture.ts';

const master = { MasterUsername: 'owner', MasterUserPassword: 'correct-horse' };
const small = { DBInstanceClass: 'db.t4g.medium' };
/** Databases of a VPC are at loopback addresses of their own, which Linux alone has. */
const lacking = process.platform === 'linux' ? undefined : 'loopback addresses beside 127.0.0.1 are Linux’s';

describe('databases whose runtime is killed', { skip: lacking }, () => {
  const orrery = new CommandLine();
  after(() => orrery.close());

  const up = async () => {
    const ports = ['--port', '--http-port', '--https-port', '--dns-port', '--smtp-port'].flatMap((port) => [port, '0']);
    await orrery.up('--empty', ...ports);
    const { pid, apiPort, dnsPort } = await orrery.json<{ pid: number; apiPort: number; dnsPort: number }>('status');
    const config = {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${apiPort}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const names = new Resolver();
    names.setServers([`127.0.0.1:${dnsPort}`]);
    return { pid, rds: new RDSClient(config), ec2: new EC2Client(config), names };
  };
  type Up = Awaited<ReturnType<typeof up>>;

  const available = (rds: RDSClient, count: number) =>
    eventually(
      'all instances are available',
      async () => {
        const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
        const ready = DBInstances.filter(({ DBInstanceStatus }) => DBInstanceStatus === 'available');
        return ready.length === count ? DBInstances : undefined;
      },
      60_000,
    );
  const connected = async ({ names }: Up, name: string): Promise<pg.Client> => {
    const [host = ''] = await names.resolve4(name);
    const ssl = { rejectUnauthorized: false };
    const client = new pg.Client({ host, user: 'owner', password: 'correct-horse', database: 'shop', ssl });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  /** Writes rows by several clients until `stopped`; gives those that were acknowledged. */
  const load = async (now: Up, name: string, stopped: () => boolean): Promise<Set<string>> => {
    const acknowledged = new Set<string>();
    const one = async (_: unknown, writer: number): Promise<void> => {
      const client = await connected(now, name);
      for (let count = 0; !stopped(); count += 1) {
        const id = `${writer}-${count}`;
        try {
          await client.query('INSERT INTO orders VALUES ($1)', [id]);
          acknowledged.add(id);
        } catch {
          return;
        }
      }
    };
    void Promise.all(Array.from({ length: 4 }, one)).catch(() => undefined);
    return acknowledged;
  };

  test('kill -9 under load loses no row that was acknowledged, of Aurora or RDS, and replicas follow again', async () => {
    const before = await up();
    const { rds, ec2, pid } = before;
    const anybody = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupName: 'default', IpPermissions: [anybody] }));
    const aurora = { DBClusterIdentifier: 'shop', Engine: 'aurora-postgresql' };
    const { DBCluster } = await rds.send(new CreateDBClusterCommand({ ...aurora, ...master, DatabaseName: 'shop' }));
    for (const DBInstanceIdentifier of ['shop-1', 'shop-2'])
      await rds.send(new CreateDBInstanceCommand({ ...aurora, ...small, DBInstanceIdentifier }));
    const alone = { DBInstanceIdentifier: 'alone', Engine: 'postgres', DBName: 'shop' };
    await rds.send(new CreateDBInstanceCommand({ ...alone, ...small, ...master }));
    await available(rds, 3);
    const replica = { DBInstanceIdentifier: 'reads', SourceDBInstanceIdentifier: 'alone' };
    await rds.send(new CreateDBInstanceReadReplicaCommand(replica));
    const all = await available(rds, 4);
    const nameOf = (id: string): string =>
      all.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === id)?.Endpoint?.Address ?? '';
    const written = [DBCluster?.Endpoint ?? '', nameOf('alone')];
    for (const name of written) {
      const client = await connected(before, name);
      await client.query('CREATE TABLE orders (id text PRIMARY KEY)');
      await client.end();
    }
    let killed = false;
    const acknowledged = await Promise.all(written.map((name) => load(before, name, () => killed)));
    await eventually(
      'rows are being written',
      async () => (acknowledged.every(({ size }) => size >= 200) ? true : undefined),
      60_000,
    );
    process.kill(pid, 'SIGKILL');
    // What was answered meanwhile has come by the time the next runtime is there, and counts too.
    killed = true;

    const again = await up();
    await available(again.rds, 4);
    for (const [index, name] of written.entries()) {
      const client = await connected(again, name);
      const { rows } = await client.query<{ id: string }>('SELECT id FROM orders');
      const there = new Set(rows.map(({ id }) => id));
      const lost = [...(acknowledged[index] ?? [])].filter((id) => !there.has(id));
      assert.deepEqual(lost, [], name);
      await client.query("INSERT INTO orders VALUES ('after')");
      await client.end();
    }
    for (const name of [nameOf('reads'), DBCluster?.ReaderEndpoint ?? ''])
      await eventually(`${name} follows`, async () => {
        const client = await connected(again, name);
        const { rows } = await client.query("SELECT FROM orders WHERE id = 'after'");
        await client.end();
        return rows.length === 1 ? true : undefined;
      });
  });
});
