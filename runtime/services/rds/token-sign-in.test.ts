import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBLogFilesCommand,
  DownloadDBLogFilePortionCommand,
  ModifyDBClusterCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import pg from 'pg';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { presignedToken, type TokenRequest } from '../../../tests/signed-request.ts';
import { newUser, type TestUser } from '../../../tests/user-fixture.ts';
import { fleet } from './behaviour/fleet.ts';

const everybody = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };

describe('IAM database authentication', () => {
  let orrery: Orrery;
  let rds: RDSClient;
  let jane: TestUser;
  let endpoint = '';
  let resourceId = '';

  const settled = () => orrery.kernel.engine(fleet).settled(resourceId);

  /** As Jane, for Jane, at the cluster's endpoint, unless told otherwise. */
  const token = (change: Partial<TokenRequest> = {}) =>
    presignedToken({ credentials: jane.credentials, hostname: endpoint, port: 5432, username: 'jane', ...change });

  /** Signatures tell whole seconds, and one of the second in which time was wound counts as made before. */
  const afterWind = (change: Partial<TokenRequest> = {}) =>
    token({ signingDate: new Date(Date.now() + 1000), ...change });

  const signedIn = async (user: string, password: string, options: object = {}): Promise<pg.Client> => {
    const at = orrery.kernel.engine(fleet).local(endpoint);
    const ssl = { rejectUnauthorized: false };
    const client = new pg.Client({ ...at, user, password, database: 'shop', ssl, ...options });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const who = async (user: string, password: string, options: object = {}): Promise<string> => {
    const client = await signedIn(user, password, options);
    try {
      return (await client.query('SELECT current_user AS me')).rows[0].me;
    } finally {
      await client.end();
    }
  };
  const turnedAway = (password: string, user = 'jane') =>
    assert.rejects(who(user, password), { code: '28000', message: `PAM authentication failed for user "${user}"` });

  before(async () => {
    orrery = await startOrrery({
      services: ['rds', 'secretsmanager', 'kms', 'iam', 'sts', 'cloudwatch'],
    });
    rds = orrery.client(RDSClient);
    const { DBCluster } = await rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: 'shop',
        Engine: 'aurora-postgresql',
        MasterUsername: 'owner',
        MasterUserPassword: 'correct-horse',
        DatabaseName: 'shop',
        EnableIAMDatabaseAuthentication: true,
      }),
    );
    assert.equal(DBCluster?.IAMDatabaseAuthenticationEnabled, true);
    endpoint = DBCluster?.Endpoint ?? '';
    resourceId = DBCluster?.DbClusterResourceId ?? '';
    const kind = { DBInstanceClass: 'db.r6g.large', Engine: 'aurora-postgresql' };
    await rds.send(
      new CreateDBInstanceCommand({ DBClusterIdentifier: 'shop', DBInstanceIdentifier: 'shop-1', ...kind }),
    );
    await settled();
    const owner = await signedIn('owner', 'correct-horse');
    await owner.query('CREATE USER jane; GRANT rds_iam TO jane');
    await owner.end();
    jane = await newUser(orrery, 'jane', { Action: 'rds-db:connect', Resource: connecting('jane') });
  });
  after(() => orrery.stop());

  const connecting = (user: string) => `arn:aws:rds-db:us-east-1:000000000000:dbuser:${resourceId}/${user}`;

  test('a token lets its user in, and a password everybody else, whatever roles they may grant', async () => {
    assert.equal(await who('jane', await token()), 'jane');
    assert.equal(await who('owner', 'correct-horse'), 'owner');
    assert.equal(await who('owner', 'correct-horse', { enableChannelBinding: true }), 'owner');
    await assert.rejects(who('owner', 'wrong'), { code: '28P01' });
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    assert.equal(DBInstances?.[0]?.IAMDatabaseAuthenticationEnabled, true);
  });

  test('a token for another user, endpoint, port, region or day of life lets nobody in', async () => {
    await turnedAway(await token({ username: 'owner' }));
    await turnedAway(await token({ hostname: 'shop.example.com' }));
    await turnedAway(await token({ port: 5433 }));
    await turnedAway(await token({ region: 'eu-west-1' }));
    await turnedAway(await token({ service: 'rds' }));
    await turnedAway(await token({ expiresIn: 86_400 }));
    const { credentials } = jane;
    await turnedAway(
      await token({ credentials: { ...credentials, secretAccessKey: `${credentials.secretAccessKey}x` } }),
    );
    await turnedAway((await token()).replace(/.$/, (digit) => (digit === '0' ? '1' : '0')));
    await turnedAway(`${await token()}0x`);
    await turnedAway('correct-horse');
    await turnedAway('');
  });

  test('who has the role needs a token, even with a password, and TLS', async () => {
    const owner = await signedIn('owner', 'correct-horse');
    await owner.query("CREATE USER john PASSWORD 'correct-horse'");
    assert.equal(await who('john', 'correct-horse'), 'john');
    await owner.query('GRANT rds_iam TO john');
    await owner.end();
    await turnedAway('correct-horse', 'john');
    await assert.rejects(who('jane', await token(), { ssl: false }), {
      code: '28000',
      message: /pg_hba.conf rejects connection for host ".*", user "jane", database "shop", no encryption/,
    });
  });

  test('IAM decides by the user in the database, and says so in the log and as metrics', async () => {
    const forJohn = await token({ username: 'john' });
    await turnedAway(forJohn, 'john');
    const { DescribeDBLogFiles = [] } = await rds.send(
      new DescribeDBLogFilesCommand({ DBInstanceIdentifier: 'shop-1' }),
    );
    const { LogFileName } = DescribeDBLogFiles.at(-1) ?? {};
    const { LogFileData = '' } = await rds.send(
      new DownloadDBLogFilePortionCommand({ DBInstanceIdentifier: 'shop-1', LogFileName }),
    );
    assert.match(
      LogFileData,
      /not authorized to perform: rds-db:connect on resource: arn:.*\/john because no identity-/,
    );
    await jane.allow({ Action: 'rds-db:connect', Resource: connecting('*') });
    assert.equal(await who('john', forJohn), 'john');
    await jane.allow(
      { Action: 'rds-db:connect', Resource: connecting('*') },
      { Effect: 'Deny', Action: 'rds-db:*', Resource: connecting('john') },
    );
    await turnedAway(forJohn, 'john');
    const { Datapoints = [] } = await orrery.client(CloudWatchClient).send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/RDS',
        MetricName: 'IamDbAuthConnectionFailureInsufficientPermissions',
        Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'shop-1' }],
        StartTime: new Date(orrery.clock.now() - 3_600_000),
        EndTime: new Date(orrery.clock.now() + 60_000),
        Period: 3600,
        Statistics: ['Sum'],
      }),
    );
    assert.equal(
      Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0),
      2,
    );
  });

  test('is turned on and off while the databases run', async () => {
    const turn = (EnableIAMDatabaseAuthentication: boolean) =>
      rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'shop', EnableIAMDatabaseAuthentication }));
    await turn(false);
    await assert.rejects(who('jane', await token()), { code: '28P01' });
    await turn(true);
    assert.equal(await who('jane', await token()), 'jane');
    await assert.rejects(
      rds.send(
        new CreateDBInstanceCommand({
          DBClusterIdentifier: 'shop',
          DBInstanceIdentifier: 'shop-2',
          DBInstanceClass: 'db.r6g.large',
          Engine: 'aurora-postgresql',
          EnableIAMDatabaseAuthentication: true,
        }),
      ),
      { name: 'InvalidParameterCombination' },
    );
  });

  test('a client may begin TLS without asking, cancels its query, and is hung up on when it speaks of something else', async () => {
    const at = orrery.kernel.engine(fleet).local(endpoint);
    const said = async (socket: Socket, ...packets: Buffer[]): Promise<string> => {
      for (const packet of packets) socket.write(packet);
      let heard = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      await once(socket, 'close');
      return heard;
    };
    const direct = connectTls({ ...at, rejectUnauthorized: false, ALPNProtocols: ['postgresql'] });
    const startup = packet(196_608, 'user\0jane\0database\0shop\0\0');
    const password = Buffer.from('p\0\0\0\x0anever\0', 'latin1');
    assert.match(await said(direct, startup, password), /^R.*PAM authentication failed for user "jane"/s);

    const owner = await signedIn('owner', 'correct-horse');
    const sleeping = assert.rejects(owner.query('SELECT pg_sleep(60)'), { code: '57014' });
    const { processID, secretKey } = owner as unknown as { processID: number; secretKey: number };
    const key = Buffer.alloc(8);
    key.writeInt32BE(processID, 0);
    key.writeInt32BE(secretKey, 4);
    let cancelled = false;
    void sleeping.finally(() => (cancelled = true));
    // A query that has not begun is not cancelled.
    while (!cancelled) assert.equal(await said(connect(at ?? { port: 0 }), packet(80_877_102, key)), '');
    await sleeping;
    await owner.end();

    for (const strange of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), packet(196_608 * 2, ''), Buffer.alloc(8)])
      assert.equal(await said(connect(at ?? { port: 0 }), strange), '');
    assert.equal(await who('jane', await token()), 'jane');
  });

  test('a session begun with a token outlives it, and a token of fifteen minutes ago opens none', async () => {
    const old = await token();
    const client = await signedIn('jane', old);
    await orrery.clock.wind(14 * 60_000);
    assert.equal(await who('jane', old), 'jane');
    await orrery.clock.wind(600_000);
    await turnedAway(old);
    assert.equal((await client.query('SELECT 6 * 7 AS answer')).rows[0].answer, 42);
    await client.end();
    assert.equal(await who('jane', await afterWind()), 'jane');
  });

  test('a role’s session signs in while it lasts, and not without its session token', async () => {
    const iam = orrery.client(IAMClient);
    const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: document(everybody) }),
    );
    const allowed = { Effect: 'Allow', Action: 'rds-db:connect', Resource: connecting('jane') };
    const policy = { RoleName: 'app', PolicyName: 'connect', PolicyDocument: document(allowed) };
    const assumed = await orrery
      .client(STSClient)
      .send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'one', DurationSeconds: 900 }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = assumed.Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
    const full = { ...credentials, sessionToken: SessionToken };
    await turnedAway(await afterWind({ credentials: full }));
    await iam.send(new PutRolePolicyCommand(policy));
    assert.equal(await who('jane', await afterWind({ credentials: full })), 'jane');
    await turnedAway(await afterWind({ credentials }));
    await orrery.clock.wind(901_000);
    await turnedAway(await afterWind({ credentials: full }));
  });
});

/** A packet of PostgreSQL's protocol that begins a connection. */
function packet(code: number, body: string | Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, Buffer.from(body)]);
}
