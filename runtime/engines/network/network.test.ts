import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { notHere } from '../../../tests/not-here.ts';
import type { Fabric, Place } from './fabric.ts';
import { LoopbackFabric } from './loopback/loopback-fabric.ts';
import { NamespaceFabric, namespacesLacking } from './namespace/namespace-fabric.ts';
import { outside } from './network.ts';
import { decide } from './reachability.ts';
import { icmp, type NetworkAclEntry, type SecurityGroupRule, tcp, type VpcTable } from './vpc-table.ts';

const everything = { protocol: 'all' } as const;
const anywhere: SecurityGroupRule = { match: everything, peer: { cidr: '0.0.0.0/0' } };
const onPort = (port: number) => ({ protocol: tcp, fromPort: port, toPort: port });
const openAcl: NetworkAclEntry[] = [true, false].map((egress) => ({
  egress,
  allow: true,
  match: everything,
  cidr: '0.0.0.0/0',
}));

/** A public subnet with a load balancer's node and a stranger, a private one with a database. */
function restaurant(change: Partial<VpcTable> = {}): VpcTable {
  const subnet = { availabilityZone: 'us-east-1a', networkAclId: 'acl-1' };
  return {
    vpcId: 'vpc-1',
    cidrs: ['10.0.0.0/16'],
    subnets: [
      {
        ...subnet,
        subnetId: 'subnet-public',
        cidr: '10.0.1.0/24',
        routes: [{ destination: '0.0.0.0/0', target: 'internet-gateway' }],
      },
      { ...subnet, subnetId: 'subnet-private', cidr: '10.0.2.0/24', routes: [] },
    ],
    networkAcls: [{ networkAclId: 'acl-1', entries: openAcl }],
    securityGroups: [
      { groupId: 'sg-node', ingress: [{ match: onPort(80), peer: { cidr: '0.0.0.0/0' } }], egress: [anywhere] },
      { groupId: 'sg-stranger', ingress: [], egress: [anywhere] },
      { groupId: 'sg-database', ingress: [{ match: onPort(5432), peer: { groupId: 'sg-node' } }], egress: [anywhere] },
    ],
    interfaces: [
      {
        networkInterfaceId: 'eni-node',
        subnetId: 'subnet-public',
        privateIp: '10.0.1.5',
        publicIp: '203.0.113.9',
        securityGroupIds: ['sg-node'],
      },
      {
        networkInterfaceId: 'eni-stranger',
        subnetId: 'subnet-public',
        privateIp: '10.0.1.66',
        publicIp: '203.0.113.66',
        securityGroupIds: ['sg-stranger'],
      },
      {
        networkInterfaceId: 'eni-database',
        subnetId: 'subnet-private',
        privateIp: '10.0.2.10',
        securityGroupIds: ['sg-database'],
      },
    ],
    ...change,
  };
}

const lacking = notHere('the network level namespace', namespacesLacking());
const folder = mkdtempSync(join(tmpdir(), 'orrery-network-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const levels: [string, () => Fabric, string | undefined][] = [
  ['namespace', () => new NamespaceFabric(), lacking],
  ['loopback', () => new LoopbackFabric(folder, process.pid), undefined],
];

for (const [level, open, missing] of levels) {
  describe(`a VPC at the level ${level}`, { skip: missing }, () => {
    let fabric: Fabric;
    let database: { place: Place; stop(): void };
    const reach = async (from: string, address: string, port: number): Promise<string> => {
      const attempt = fabric.connect(restaurant(), { from, address, port, timeoutMs: 400 });
      return attempt.then(textOf, (error: { code: string }) => error.code);
    };
    before(async () => {
      fabric = open();
      await fabric.apply(restaurant());
      database = await serve(fabric, 'eni-database', 5432);
    });
    after(() => {
      database.stop();
      fabric.stop();
    });

    test('a server is reached from the group its rules name, and its peer is the address it came from', async () => {
      const seen = await reach('10.0.1.5', '10.0.2.10', 5432);
      if (level === 'namespace') assert.equal(seen, 'you are 10.0.1.5');
      else assert.match(seen, /^you are 127\./);
    });

    test('from outside the group, from the internet and at another port nothing answers', async () => {
      assert.equal(await reach('10.0.1.77', '10.0.2.10', 5432), 'ETIMEDOUT');
      assert.equal(await reach(outside.users, '10.0.2.10', 5432), 'ETIMEDOUT');
      assert.equal(await reach('10.0.1.5', '10.0.2.10', 22), 'ETIMEDOUT');
    });

    test('rules can be changed while servers run, and zones be cut off', async () => {
      const closed = restaurant();
      const [node, stranger, , ...rest] = closed.securityGroups;
      assert.ok(node && stranger);
      const changed = {
        ...closed,
        securityGroups: [node, stranger, ...rest, { groupId: 'sg-database', ingress: [], egress: [] }],
      };
      await fabric.apply(changed);
      const attempt = fabric.connect(changed, { from: '10.0.1.5', address: '10.0.2.10', port: 5432, timeoutMs: 400 });
      await assert.rejects(attempt, { code: 'ETIMEDOUT' });
      const cut = restaurant({
        interfaces: closed.interfaces.map((each) => ({
          ...each,
          isolated: each.networkInterfaceId === 'eni-database',
        })),
      });
      await fabric.apply(cut);
      const second = fabric.connect(cut, { from: '10.0.1.5', address: '10.0.2.10', port: 5432, timeoutMs: 400 });
      await assert.rejects(second, { code: 'ETIMEDOUT' });
      await fabric.apply(restaurant());
      assert.match(await reach('10.0.1.5', '10.0.2.10', 5432), /^you are/);
    });

    test('the runtime takes connections at an address it holds, if the rules let them through', async () => {
      const server = await fabric.listen(restaurant(), { address: '10.0.1.5', port: 80 });
      server.on('connection', (socket: Socket) => socket.destroyed || socket.end('welcome'));
      assert.equal(await reach(outside.users, '10.0.1.5', 80), 'welcome');
      server.close();
    });

    test('what flowed and what was refused is counted', async () => {
      await fabric.apply(restaurant());
      await reach('10.0.1.5', '10.0.2.10', 5432);
      await reach('10.0.1.77', '10.0.2.10', 5432);
      const flows = await fabric.flows('vpc-1');
      const of = (source: string, action: string) =>
        flows.some((flow) => flow.source === source && flow.action === action && flow.port === 5432);
      assert.ok(of('10.0.1.5', 'ACCEPT'));
      assert.ok(of('10.0.1.77', 'REJECT'));
      assert.ok(!of('10.0.1.77', 'ACCEPT'));
    });
  });
}

describe('a program in a namespace', { skip: lacking }, () => {
  test('reaches what its groups, its network ACL and its routes let it, and nothing else', async () => {
    const fabric = new NamespaceFabric();
    const denied: NetworkAclEntry = { egress: true, allow: false, match: onPort(8081), cidr: '10.0.2.0/24' };
    const open = [{ match: everything, peer: { cidr: '0.0.0.0/0' } }];
    const vpc = restaurant({
      networkAcls: [{ networkAclId: 'acl-1', entries: [denied, ...openAcl] }],
      securityGroups: ['sg-node', 'sg-stranger', 'sg-database'].map((groupId) => ({
        groupId,
        ingress: open,
        egress: open,
      })),
    });
    let database: { place: Place; stop(): void } | undefined;
    try {
      await fabric.apply(vpc);
      database = await serve(fabric, 'eni-database', 8080, vpc);
      for (const address of [outside.aws, '10.0.1.5']) {
        const server = await fabric.listen(vpc, { address, port: 443 });
        server.on('connection', (socket: Socket) =>
          socket
            .on('error', () => undefined)
            .resume()
            .end('here'),
        );
      }
      const targets = ['10.0.2.10:8080', '10.0.2.10:8081', '10.0.1.5:443', `${outside.aws}:443`];
      const fromPublic = await probe(await fabric.attach(vpc, vpc.interfaces[1] as never), targets);
      assert.deepEqual(fromPublic, ['connected', 'timeout', 'connected', 'connected']);
      const fromPrivate = await probe(database.place, targets.slice(2));
      assert.deepEqual(fromPrivate, ['connected', 'timeout'], 'no route leads out of the private subnet');
    } finally {
      database?.stop();
      fabric.stop();
    }
  });

  test('a rule for ICMP lets in the code it names, or every code', async () => {
    const echo = { protocol: icmp, fromPort: 8 };
    const answers: string[] = [];
    for (const match of [echo, { ...echo, icmpCode: 0 }, { ...echo, icmpCode: 1 }]) {
      const fabric = new NamespaceFabric();
      const ingress = [{ match, peer: { cidr: '10.0.0.0/16' } }];
      const securityGroups = ['sg-node', 'sg-stranger'].map((groupId) => ({ groupId, ingress, egress: [anywhere] }));
      const vpc = restaurant({ securityGroups });
      const [node, stranger] = vpc.interfaces as [VpcTable['interfaces'][0], VpcTable['interfaces'][0]];
      try {
        await fabric.apply(vpc);
        const from = await fabric.attach(vpc, node);
        await fabric.attach(vpc, stranger);
        answers.push(await ping(from, stranger.privateIp));
      } finally {
        fabric.stop();
      }
    }
    assert.deepEqual(answers, ['an answer', 'an answer', 'nothing']);
  });

  test('the rules in the kernel and those in TypeScript agree', async () => {
    const fabric = new NamespaceFabric();
    try {
      for (const vpc of variants()) {
        await fabric.apply(vpc);
        for (const from of ['10.0.1.5', '10.0.2.10', outside.users]) {
          for (const to of ['10.0.1.66', '10.0.2.20']) {
            const ends = { from: endOf(vpc, from), to: endOf(vpc, to) };
            const expected = decide(vpc, { ...ends, protocol: tcp, port: 5432 }).allowed;
            const server = await fabric.listen(vpc, { address: to, port: 5432 });
            server.on('connection', (socket: Socket) => socket.destroy());
            const attempt = fabric.connect(vpc, { from, address: to, port: 5432, timeoutMs: 250 });
            const reached = await attempt.then(
              (socket) => Boolean(socket.destroy()),
              () => false,
            );
            server.close();
            assert.equal(reached, expected, `${from} to ${to}: ${JSON.stringify(vpc)}`);
          }
        }
      }
    } finally {
      fabric.stop();
    }
  });
});

/** VPCs that differ in one gate each. */
function variants(): VpcTable[] {
  const base = restaurant();
  const [publicSubnet, privateSubnet] = base.subnets as [VpcTable['subnets'][0], VpcTable['subnets'][0]];
  const all = ['sg-node', 'sg-stranger', 'sg-database'].map((groupId) => ({
    groupId,
    ingress: [anywhere],
    egress: [anywhere],
  }));
  const second = {
    networkInterfaceId: 'eni-second',
    subnetId: 'subnet-private',
    privateIp: '10.0.2.20',
    securityGroupIds: ['sg-database'],
  };
  const opened = { ...base, securityGroups: all, interfaces: [...base.interfaces, second] };
  const noReplies: NetworkAclEntry = {
    egress: false,
    allow: false,
    match: { protocol: tcp, fromPort: 32768, toPort: 60999 },
    cidr: '10.0.2.0/24',
  };
  const narrow: SecurityGroupRule = {
    match: { protocol: tcp, fromPort: 5000, toPort: 5432 },
    peer: { groupId: 'sg-node' },
  };
  return [
    { ...base, interfaces: [...base.interfaces, second] },
    opened,
    { ...opened, networkAcls: [{ networkAclId: 'acl-1', entries: [noReplies, ...openAcl] }] },
    { ...opened, subnets: [publicSubnet, { ...privateSubnet, networkAclId: 'acl-none' }] },
    {
      ...opened,
      subnets: [{ ...publicSubnet, routes: [{ destination: '0.0.0.0/0', target: 'nat-gateway' }] }, privateSubnet],
    },
    {
      ...opened,
      subnets: [
        { ...publicSubnet, routes: [...publicSubnet.routes, { destination: '203.0.113.0/24', target: 'blackhole' }] },
        privateSubnet,
      ],
    },
    {
      ...opened,
      securityGroups: all.map((group) => (group.groupId === 'sg-database' ? { ...group, ingress: [narrow] } : group)),
    },
    { ...opened, securityGroups: all.map((group) => (group.groupId === 'sg-node' ? { ...group, egress: [] } : group)) },
  ];
}

function endOf(vpc: VpcTable, address: string) {
  return vpc.interfaces.find(({ privateIp }) => privateIp === address) ?? address;
}

/** A server in the place of an interface, on every address it has. */
async function serve(fabric: Fabric, networkInterfaceId: string, port: number, vpc = restaurant()) {
  const found = vpc.interfaces.find((each) => each.networkInterfaceId === networkInterfaceId);
  assert.ok(found);
  const place = await fabric.attach(vpc, found);
  const program = `require('net').createServer((s) => s.end('you are ' + s.remoteAddress.replace('::ffff:', ''))).listen(${port}, () => console.log('up'))`;
  const child = start(place, program);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { place, stop: () => child.kill('SIGKILL') };
}

/** An echo request of code 0. */
function ping(place: Place, address: string): Promise<string> {
  const program = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.settimeout(0.5)
s.sendto(struct.pack('!BBHHH', 8, 0, 0xf7ff ^ 7, 7, 0), ('${address}', 0))
try:
    print('an answer' if s.recv(64)[20] == 0 else 'something else')
except TimeoutError:
    print('nothing')
`;
  const [command = '', ...args] = place.enclose(['python3', '-c', program]);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH, HOME } });
  return textOf(child.stdout).then((text) => text.trim());
}

async function probe(place: Place, targets: string[]): Promise<string[]> {
  const program = `const net = require('net');
    const reach = (target) => new Promise((resolve) => {
      const [host, port] = target.split(':');
      const socket = net.connect({ host, port: Number(port), timeout: 400 });
      const end = (result) => { socket.destroy(); resolve(result); };
      socket.on('connect', () => end('connected')).on('timeout', () => end('timeout')).on('error', (e) => end(e.code));
    });
    Promise.all(${JSON.stringify(targets)}.map(reach)).then((all) => console.log(JSON.stringify(all)));`;
  const child = start(place, program);
  return JSON.parse(await textOf(child.stdout)) as string[];
}

function start(place: Place, program: string) {
  const [command = '', ...args] = place.enclose([process.execPath, '-e', program]);
  return spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH ?? '', ...place.environment },
  });
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
