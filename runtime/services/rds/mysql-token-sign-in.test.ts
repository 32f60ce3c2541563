import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DescribeDBInstancesCommand,
  DescribeDBLogFilesCommand,
  DownloadDBLogFilePortionCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
} from '@aws-sdk/client-rds';
import { type Connection, createConnection } from 'mysql2/promise';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { presignedToken, type TokenRequest } from '../../../tests/signed-request.ts';
import { newUser, type TestUser } from '../../../tests/user-fixture.ts';
import { withoutMariadb } from '../../engines/databases/mariadb/mariadb.fixture.ts';
import { fleet } from './behaviour/fleet.ts';

const ssl = { rejectUnauthorized: false };

describe('IAM database authentication of MySQL', { skip: withoutMariadb() }, () => {
  let orrery: Orrery;
  let rds: RDSClient;
  let jane: TestUser;
  let endpoint = '';

  const instance = async (DBInstanceIdentifier: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];
  const settle = async (id: string) => orrery.kernel.engine(fleet).settled((await instance(id))?.DbiResourceId ?? '');
  const token = (change: Partial<TokenRequest> = {}) =>
    presignedToken({ credentials: jane.credentials, hostname: endpoint, port: 3306, username: 'jane', ...change });

  const signedIn = async (user: string, password: string, options: object = {}): Promise<Connection> => {
    const at = orrery.kernel.engine(fleet).local(endpoint);
    // As AWS says to: the client sends the token in clear text, over TLS.
    const authPlugins = { mysql_clear_password: () => () => Buffer.from(`${password}\0`) };
    const client = await createConnection({ ...at, user, password, database: 'shop', ssl, authPlugins, ...options });
    client.on('error', () => undefined);
    return client;
  };
  const who = async (user: string, password: string, options: object = {}): Promise<unknown> => {
    const client = await signedIn(user, password, options);
    try {
      const [rows] = await client.query('SELECT current_user() AS me, database() AS base');
      return Object.values((rows as object[])[0] ?? {}).join(' ');
    } finally {
      await client.end();
    }
  };
  const turnedAway = (password: string, user = 'jane', options: object = {}) =>
    assert.rejects(who(user, password, options), { errno: 1045, sqlState: '28000' });

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'secretsmanager', 'kms', 'iam', 'sts'] });
    rds = orrery.client(RDSClient);
    const { DBInstance } = await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'shop',
        DBInstanceClass: 'db.t4g.micro',
        Engine: 'mysql',
        MasterUsername: 'owner',
        MasterUserPassword: 'correct-horse',
        DBName: 'shop',
        EnableIAMDatabaseAuthentication: true,
      }),
    );
    assert.equal(DBInstance?.IAMDatabaseAuthenticationEnabled, true);
    endpoint = DBInstance?.Endpoint?.Address ?? '';
    await settle('shop');
    const Resource = `arn:aws:rds-db:us-east-1:000000000000:dbuser:${DBInstance?.DbiResourceId}/jane`;
    jane = await newUser(orrery, 'jane', { Action: 'rds-db:connect', Resource });
  });
  after(() => orrery.stop());

  test("a user made as AWS's guide says signs in by a token, and everybody else by a password", async () => {
    const owner = await signedIn('owner', 'correct-horse');
    await owner.query("CREATE USER jane IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'");
    await owner.query("GRANT ALL ON shop.* TO 'jane'@'%'");
    await owner.query('CREATE TABLE notes (text mediumtext)');
    const long = 'é'.repeat(100_000);
    await owner.execute('INSERT INTO notes VALUES (?)', [long]);
    const [rows] = await owner.query('SELECT char_length(text) AS size FROM notes');
    assert.deepEqual(rows, [{ size: 100_000 }]);
    await owner.query("INSERT INTO notes VALUES ('CREATE USER x IDENTIFIED WITH AWSAuthenticationPlugin AS ''RDS''')");
    const [told] = await owner.query("SELECT count(*) AS kept FROM notes WHERE text LIKE '%AWSAuthenticationPlugin%'");
    assert.deepEqual(told, [{ kept: 1 }]);
    await owner.end();
    assert.equal(await who('jane', await token()), 'jane@% shop');
    assert.equal(await who('owner', 'correct-horse'), 'owner@% shop');
    await turnedAway('wrong', 'owner');
    const again = await signedIn('jane', await token());
    await again.query("INSERT INTO notes VALUES ('by jane')");
    await again.end();
  });

  test('a token for another user, endpoint, port or region, none at all, or no TLS lets nobody in', async () => {
    await turnedAway(await token({ username: 'owner' }));
    await turnedAway(await token({ hostname: 'shop.example.com' }));
    await turnedAway(await token({ port: 3307 }));
    await turnedAway(await token({ region: 'eu-west-1' }));
    await turnedAway(await token({ expiresIn: 86_400 }));
    await turnedAway('');
    await turnedAway(await token(), 'owner');
    await turnedAway(await token(), 'jane', { ssl: undefined });
    const john = await newUser(orrery, 'john', { Action: 'rds-db:connect', Resource: '*', Effect: 'Deny' });
    await turnedAway(await token({ credentials: john.credentials }));
    const DBInstanceIdentifier = 'shop';
    const { DescribeDBLogFiles } = await rds.send(new DescribeDBLogFilesCommand({ DBInstanceIdentifier }));
    const LogFileName = DescribeDBLogFiles?.at(-1)?.LogFileName;
    const { LogFileData } = await rds.send(
      new DownloadDBLogFilePortionCommand({ DBInstanceIdentifier, LogFileName, Marker: '0' }),
    );
    assert.match(
      LogFileData ?? '',
      /Access denied for user 'jane' by its token \(the token is for the user owner, not jane\)/,
    );
  });

  test('such a user signs in by a token at what was restored from a snapshot too, and nowhere without the option', async () => {
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: 'shop', DBSnapshotIdentifier: 'monday' }));
    const again = { DBInstanceIdentifier: 'again', DBSnapshotIdentifier: 'monday' };
    await rds.send(new RestoreDBInstanceFromDBSnapshotCommand({ ...again, EnableIAMDatabaseAuthentication: true }));
    await settle('again');
    const before = endpoint;
    endpoint = (await instance('again'))?.Endpoint?.Address ?? '';
    await turnedAway(await token());
    const Resource = `arn:aws:rds-db:us-east-1:000000000000:dbuser:${(await instance('again'))?.DbiResourceId}/jane`;
    const { credentials } = await newUser(orrery, 'jane2', { Action: 'rds-db:connect', Resource });
    assert.equal(await who('jane', await token({ credentials })), 'jane@% shop');
    endpoint = before;
    const off = { DBInstanceIdentifier: 'shop', EnableIAMDatabaseAuthentication: false };
    await rds.send(new ModifyDBInstanceCommand(off));
    await settle('shop');
    await turnedAway(await token());
    const owner = await signedIn('owner', 'correct-horse');
    await assert.rejects(
      owner.query("CREATE USER joan IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'"),
      /AWSAuthenticationPlugin' is not loaded/,
    );
    await owner.end();
  });
});
