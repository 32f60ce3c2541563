import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  FailoverDBClusterCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { newUser } from '../../../tests/user-fixture.ts';
import { dns } from '../../data-planes/dns/dns.ts';
import { network } from '../../engines/network/network.ts';
import { fleet } from './behaviour/fleet.ts';

/** Asks the database and says what it heard: run in the network of an interface, as an application there is. */
const asks = `
const { Client } = require('pg');
const [host, port, connectionTimeoutMillis] = process.argv.slice(1);
const client = new Client({ host, port, user: 'owner', password: 'correct-horse', database: 'shop',
  ssl: { rejectUnauthorized: false }, connectionTimeoutMillis: Number(connectionTimeoutMillis) });
client.on('error', () => undefined);
client.connect().then(() => client.query('SELECT 6 * 7 AS answer')).then(
  ({ rows }) => { console.log('answered ' + rows[0].answer); process.exit(0); },
  () => { console.log('not reached'); process.exit(0); },
);
`;

/** Other machines have one loopback address, which cannot stand for those of a VPC. */
const lacking = process.platform === 'linux' ? undefined : 'loopback addresses beside 127.0.0.1 are Linux’s';
if (lacking) process.stderr.write(`NOT RUN: databases in a VPC. ${lacking}\n`);

describe('databases in a VPC', { skip: lacking }, () => {
  let orrery: Orrery;
  let ec2: EC2Client;
  let rds: RDSClient;
  const made = {
    VpcId: '',
    gateway: '',
    publicSubnet: '',
    privateSubnets: [] as string[],
    app: '',
    data: '',
    other: '',
  };
  let endpoint = '';

  before(async () => {
    orrery = await startOrrery({ services: ['rds', 'ec2', 'iam', 'sts', 'secretsmanager', 'kms'] });
    const { level, lacking } = orrery.kernel.engine(network);
    process.stderr.write(`W-C2 runs at the network level ${level}${lacking ? `: ${lacking}` : ''}\n`);
    ec2 = orrery.client(EC2Client);
    rds = orrery.client(RDSClient);
    await makeNetwork();
    const DBSubnetGroupName = 'private';
    await rds.send(
      new CreateDBSubnetGroupCommand({
        DBSubnetGroupName,
        DBSubnetGroupDescription: 'two zones',
        SubnetIds: made.privateSubnets,
      }),
    );
    const { DBCluster } = await rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: 'shop',
        Engine: 'aurora-postgresql',
        MasterUsername: 'owner',
        MasterUserPassword: 'correct-horse',
        DatabaseName: 'shop',
        DBSubnetGroupName,
        VpcSecurityGroupIds: [made.data],
      }),
    );
    endpoint = DBCluster?.Endpoint ?? '';
    await addInstance('shop-1');
  });
  after(() => orrery.stop());

  async function makeNetwork(): Promise<void> {
    const VpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId ?? '';
    made.VpcId = VpcId;
    const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
    const { InternetGatewayId = '' } = InternetGateway ?? {};
    made.gateway = InternetGatewayId;
    await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    const subnet = async (CidrBlock: string, AvailabilityZone: string): Promise<string> =>
      (await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }))).Subnet?.SubnetId ?? '';
    made.publicSubnet = await subnet('10.0.0.0/24', 'us-east-1a');
    made.privateSubnets = [await subnet('10.0.1.0/24', 'us-east-1a'), await subnet('10.0.2.0/24', 'us-east-1b')];
    const group = async (GroupName: string): Promise<string> =>
      (await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName, Description: GroupName }))).GroupId ?? '';
    [made.app, made.data, made.other] = [await group('app'), await group('data'), await group('other')];
    await allow(made.data, { UserIdGroupPairs: [{ GroupId: made.app }] });
  }

  const allow = (GroupId: string, who: object) =>
    ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, ...who }],
      }),
    );

  const addInstance = async (DBInstanceIdentifier: string, change: object = {}) => {
    const { DBInstance } = await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        DBInstanceClass: 'db.r6g.large',
        Engine: 'aurora-postgresql',
        DBClusterIdentifier: 'shop',
        PubliclyAccessible: false,
        ...change,
      }),
    );
    await orrery.kernel.engine(fleet).settled(`cluster-${DBInstance?.DbiResourceId?.slice(3)}`);
    return DBInstance;
  };

  /** What an application in a subnet hears, that has a network interface with a group. */
  const askFrom = async (SubnetId: string, group: string, address: string, timeoutMs = 10_000): Promise<string> => {
    const { NetworkInterface } = await ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId, Groups: [group], Description: 'an application' }),
    );
    const place = await orrery.kernel.engine(network).attach(made.VpcId, NetworkInterface?.NetworkInterfaceId ?? '');
    const [program = '', ...args] = place.enclose([process.execPath, '-e', asks, address, '5432', String(timeoutMs)]);
    const child = spawn(program, args, {
      cwd: import.meta.dirname,
      env: { PATH: process.env.PATH, ...place.environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    await new Promise((resolve) => child.once('close', resolve));
    return said.trim();
  };

  const addressInVpc = (name: string): string[] =>
    orrery.kernel
      .engine(dns)
      .resolve(`${name}.`, 'A', { vpcId: made.VpcId })
      .answers.map((answer) => String('data' in answer ? answer.data : ''));

  test('has an interface of its own in a subnet of its group, and its names lead there', async () => {
    const { NetworkInterfaces = [] } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'requester-id', Values: ['amazon-rds'] }] }),
    );
    const [face] = NetworkInterfaces;
    assert.equal(NetworkInterfaces.length, 1);
    assert.equal(face?.Description, 'RDSNetworkInterface');
    assert.ok(made.privateSubnets.includes(face?.SubnetId ?? ''));
    assert.deepEqual(
      face?.Groups?.map(({ GroupId }) => GroupId),
      [made.data],
    );
    assert.deepEqual(addressInVpc(endpoint), [face?.PrivateIpAddress]);
    assert.deepEqual(addressInVpc(endpoint.replace('.cluster-', '.cluster-ro-')), [face?.PrivateIpAddress]);
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'shop-1' }));
    assert.deepEqual(addressInVpc(DBInstances?.[0]?.Endpoint?.Address ?? ''), [face?.PrivateIpAddress]);
  });

  test('W-C2: is reached with the group its security group names, and from nowhere else', async () => {
    const [address = ''] = addressInVpc(endpoint);
    const [subnet = ''] = made.privateSubnets;
    assert.equal(await askFrom(subnet, made.app, address), 'answered 42');
    // In a namespace, names are the resolver's of the instance or the function; this program has none of its own there.
    if (orrery.kernel.engine(network).level === 'loopback')
      assert.equal(await askFrom(subnet, made.app, endpoint), 'answered 42');
    assert.equal(await askFrom(made.publicSubnet, made.other, address, 500), 'not reached');
    assert.equal(orrery.kernel.engine(fleet).local(endpoint), undefined);
    await assert.rejects(
      orrery.kernel.engine(network).connect(made.VpcId, { from: '203.0.113.1', address, port: 5432, timeoutMs: 500 }),
      { code: 'ETIMEDOUT' },
    );
  });

  test('other security groups count at once', async () => {
    const [address = ''] = addressInVpc(endpoint);
    const [subnet = ''] = made.privateSubnets;
    await rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'shop', VpcSecurityGroupIds: [made.other] }));
    assert.equal(await askFrom(subnet, made.app, address, 500), 'not reached');
    await rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'shop', VpcSecurityGroupIds: [made.data] }));
    assert.equal(await askFrom(subnet, made.app, address), 'answered 42');
    await assert.rejects(
      rds.send(
        new ModifyDBClusterCommand({ DBClusterIdentifier: 'shop', VpcSecurityGroupIds: ['sg-0123456789abcdef0'] }),
      ),
      { message: /Invalid security group , groupId= sg-0123456789abcdef0/ },
    );
  });

  test('what is public answers on this machine when route and group let it, and only then', async () => {
    const change = { DBInstanceIdentifier: 'shop-1', PubliclyAccessible: true };
    await rds.send(new ModifyDBInstanceCommand(change));
    const local = orrery.kernel.engine(fleet).local(endpoint);
    assert.match(local?.host ?? '', /^127\.2/);
    assert.equal(await heardFrom(local), 'nothing');
    await allow(made.data, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
    const { RouteTables = [] } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [made.VpcId] }] }),
    );
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: RouteTables[0]?.RouteTableId,
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: made.gateway,
      }),
    );
    assert.equal(await heardFrom(local), 'S');
    await rds.send(new ModifyDBInstanceCommand({ ...change, PubliclyAccessible: false }));
    assert.equal(orrery.kernel.engine(fleet).local(endpoint), undefined);
  });

  test('permissions are on the resources that a request names', async () => {
    const Resource = 'arn:aws:rds:us-east-1:000000000000:db:shop-*';
    const user = await newUser(orrery, 'keeper', {
      Action: ['rds:DescribeDBInstances', 'rds:ModifyDBInstance'],
      Resource,
    });
    const client = user.client(RDSClient);
    await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'shop-1' }));
    await client.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'shop-1', PromotionTier: 2 }));
    await assert.rejects(client.send(new DescribeDBInstancesCommand({})), { name: 'AccessDenied' });
    await assert.rejects(client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'other' })), {
      name: 'AccessDenied',
    });
    await assert.rejects(
      client.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: 'shop-1',
          DBParameterGroupName: 'default.aurora-postgresql17',
        }),
      ),
      { message: /pg:default\.aurora-postgresql17/ },
    );
  });

  test('after a failover the names lead to the other database', async () => {
    const [writer] = addressInVpc(endpoint);
    await addInstance('shop-2');
    const readers = endpoint.replace('.cluster-', '.cluster-ro-');
    const [reader] = addressInVpc(readers);
    assert.notEqual(reader, writer);
    const { DBCluster } = await rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier: 'shop' }));
    await orrery.kernel.engine(fleet).settled(DBCluster?.DbClusterResourceId ?? '');
    assert.deepEqual(addressInVpc(endpoint), [reader]);
    assert.deepEqual(addressInVpc(readers), [writer]);
  });

  test('a restart finds the database at its address, and deletion gives the interface back', async () => {
    const [address = ''] = addressInVpc(endpoint);
    const [subnet = ''] = made.privateSubnets;
    await orrery.restart();
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    await orrery.kernel.engine(fleet).settled(`cluster-${DBInstances?.[0]?.DbiResourceId?.slice(3)}`);
    assert.deepEqual(addressInVpc(endpoint), [address]);
    assert.equal(await askFrom(subnet, made.app, address), 'answered 42');
    for (const DBInstanceIdentifier of ['shop-1', 'shop-2'])
      await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier }));
    await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'shop', SkipFinalSnapshot: true }));
    const { NetworkInterfaces = [] } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'requester-id', Values: ['amazon-rds'] }] }),
    );
    assert.deepEqual(NetworkInterfaces, []);
  });
});

/** The first byte a PostgreSQL server gives to one who asks for TLS. */
function heardFrom(at: { host: string; port: number } | undefined): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: at?.host ?? '', port: at?.port ?? 0 });
    socket.on('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.once('data', (chunk) => {
      resolve(chunk.toString('latin1', 0, 1));
      socket.destroy();
    });
    socket.once('error', () => resolve('nothing'));
    socket.once('close', () => resolve('nothing'));
  });
}
