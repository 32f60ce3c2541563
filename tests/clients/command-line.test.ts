import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CommandLine } from './command.fixture.ts';

const template = `Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 45
Outputs:
  Url:
    Value: !Ref Orders
`;

describe('the command line', () => {
  const orrery = new CommandLine();
  let file: string;

  function write(name: string, text: string): string {
    const path = join(orrery.dataDir, name);
    mkdirSync(orrery.dataDir, { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  before(async () => {
    file = write('queue.yaml', template);
    await orrery.up(file, '--port', '0', '--http-port', '0');
  });
  after(() => orrery.close());

  test('teaches: an overview, and help of every command it names', async () => {
    const { stdout, code } = await orrery.run('--help');
    assert.equal(code, 0);
    const commands = [...stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, name]) => name ?? '');
    assert.ok(commands.length >= 9, stdout);
    for (const command of commands.filter((name) => name !== 'orrery')) {
      const help = await orrery.run(command, '--help');
      assert.match(help.stdout, new RegExp(`Usage: orrery ${command}`));
    }
  });

  test('status, outputs and resources answer scripts in JSON', async () => {
    const status = await orrery.json<Record<string, unknown>>('status');
    assert.deepEqual(
      [typeof status.pid, typeof status.apiPort, typeof status.httpPort, status.dataDir],
      ['number', 'number', 'number', orrery.dataDir],
    );
    const outputs = await orrery.json<{ queue: { Url: { value: string; local: string } } }>('outputs');
    assert.match(outputs.queue.Url.value, /^https:\/\/sqs\.us-east-1\.amazonaws\.com\/000000000000\/queue-Orders-/);
    assert.match(outputs.queue.Url.local, /^http:\/\/127\.0\.0\.1:\d+\/000000000000\/queue-Orders-/);
    const resources = await orrery.json<{ queue: { logicalId: string; status: string }[] }>('resources');
    assert.deepEqual(
      resources.queue.map(({ logicalId, status: state }) => [logicalId, state]),
      [['Orders', 'CREATE_COMPLETE']],
    );
    const fidelity = await orrery.json<{
      queue: { resources: { properties: { path: string; fidelity: string; line: number }[] }[] };
    }>('fidelity');
    assert.deepEqual(fidelity.queue.resources[0]?.properties, [
      { path: 'VisibilityTimeout', fidelity: 'executed', line: 5 },
    ]);
  });

  test('a second up deploys what was changed into the running cloud', async () => {
    write('queue.yaml', template.replace('45', '50'));
    const { stderr, code } = await orrery.run('up', file);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /queue: UPDATE_COMPLETE/);
    assert.match((await orrery.run('up', file)).stderr, /nothing has changed/);
  });

  test('wind moves the time of the cloud, and says to when', async () => {
    const wound = await orrery.json<{ from: string; to: string }>('wind', '2d');
    assert.equal(Date.parse(wound.to) - Date.parse(wound.from), 2 * 86_400_000);
    const nonsense = await orrery.run('wind', 'tomorrow');
    assert.deepEqual([nonsense.code, /"tomorrow" is not a duration/.test(nonsense.stderr)], [2, true]);
  });

  test('names what is wrong with a template: line and column, unknown type, circle, missing parameter', async () => {
    const wrong: [string, RegExp][] = [
      ['Resources:\n  A:\n    Type: [\n', /broken\.yaml.*(3|4):\d+|line (3|4)/s],
      ['Resources:\n  A:\n    Type: AWS::Redshift::Cluster\n', /AWS::Redshift::Cluster/],
      [
        'Resources:\n  A: {Type: "AWS::SQS::Queue", DependsOn: B}\n  B: {Type: "AWS::SQS::Queue", DependsOn: A}\n',
        /Circular dependency between resources: \[A, B\]/,
      ],
      [
        'Parameters:\n  Stage: {Type: String}\nResources:\n  A: {Type: "AWS::SQS::Queue", Properties: {QueueName: !Ref Stage}}\n',
        /Stage/,
      ],
      ['Resources:\n  A: {Type: "AWS::SQS::Queue", Properties: {Colour: blue}}\n', /Colour/],
    ];
    for (const [text, expected] of wrong) {
      const { code, stderr } = await orrery.run('up', write('broken.yaml', text));
      assert.equal(code, 1, stderr);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
    assert.deepEqual(Object.keys(await orrery.json('outputs')), ['queue']);
  });

  test('says plainly what it does not know: a command, an option, a target', async () => {
    const unknown = await orrery.run('fly');
    assert.deepEqual([unknown.code, /There is no command "fly"/.test(unknown.stderr)], [2, true]);
    const option = await orrery.run('status', '--colour');
    assert.deepEqual([option.code, /--colour/.test(option.stderr)], [2, true]);
    const target = await orrery.run('up', 'no-such-thing');
    assert.deepEqual([target.code, /no blueprint "no-such-thing"/.test(target.stderr)], [1, true]);
    const json = await orrery.run('up', 'no-such-thing', '--json');
    assert.equal((JSON.parse(json.stdout) as { error: { code: string } }).error.code, 'target-not-found');
  });
});

describe('starting', () => {
  test('says which port is taken and what to do', async () => {
    const orrery = new CommandLine();
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await orrery.run('up', '--empty', '--port', String(port), '--http-port', '0');
    taken.close();
    await orrery.close();
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`));
    assert.match(stderr, /--port/);
  });

  test('in the background, ended by down, forgotten by reset', async () => {
    const orrery = new CommandLine();
    const started = await orrery.run('up', '--empty', '--detach', '--port', '0', '--http-port', '0');
    assert.equal(started.code, 0, started.stderr);
    const { pid } = await orrery.json<{ pid: number }>('status');
    assert.equal((await orrery.run('reset', '--yes')).code, 1);
    const ended = await orrery.json<{ ended: boolean; pid: number }>('down');
    assert.deepEqual(ended, { running: false, ended: true, pid });
    assert.equal((await orrery.run('status')).code, 1);
    assert.equal((await orrery.json<{ reset: boolean }>('reset')).reset, true);
    await orrery.close();
  });

  test('says when the data folder cannot be written', async () => {
    const orrery = new CommandLine();
    const { code, stderr } = await orrery.run(
      'up',
      '--empty',
      '--data',
      '/dev/null/orrery',
      '--port',
      '0',
      '--http-port',
      '0',
    );
    await orrery.close();
    assert.equal(code, 1);
    assert.match(stderr, /The data folder .* cannot be written/);
  });
});
