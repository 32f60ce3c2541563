import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { request } from 'undici';
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
    mkdirSync(dirname(path), { recursive: true });
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

  test('lists everything that is wrong with a template at once, each with its line', async () => {
    const broken = `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Colour: blue
      VisibilityTimeout: long
  Made:
    Type: AWS::Nothing::Here
`;
    const { code, stderr } = await orrery.run('up', write('many.yaml', broken));
    assert.equal(code, 1);
    const lines = [...stderr.matchAll(/many\.yaml:(\d+):\d+: (.*)/g)].map(([, line, text]) => [Number(line), text]);
    assert.deepEqual(
      lines.map(([line]) => line),
      [3, 10, 7, 8],
    );
    assert.match(
      String(lines[0]?.[1]),
      /AWS::ApiGateway::RestApi is refused.*An HTTP API runs: AWS::ApiGatewayV2::Api/,
    );
  });

  test('parameters are given one by one or in a row, and their values may hold commas', async () => {
    const names = `Parameters:
  First: {Type: String}
  Second: {Type: CommaDelimitedList}
  Third: {Type: String}
Resources:
  A: {Type: 'AWS::SQS::Queue'}
Outputs:
  All: {Value: !Sub ['\${First} \${List} \${Third}', {List: !Join ['+', !Ref Second]}]}
`;
    const given = ['--parameter', 'First=1,Second=a,b', '--parameter', 'Third=3', '--stack-name', 'given'];
    const { code, stderr } = await orrery.run('up', write('names.yaml', names), ...given);
    assert.equal(code, 0, stderr);
    const outputs = await orrery.json<{ given: { All: { value: string } } }>('outputs');
    assert.equal(outputs.given.All.value, '1 a+b 3');
    const none = await orrery.run('up', write('names.yaml', names), '--stack-name', 'ungiven');
    assert.match(none.stderr, /\[First, Second, Third\] must have values\n.*--parameter Name=Value/);
  });

  test('a folder with a SAM template runs, its functions’ code taken from beside it', async () => {
    write('sam/src/app.js', "exports.handler = async () => 'from beside the template';");
    write(
      'sam/template.yaml',
      `Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/ # a folder
      Runtime: nodejs22.x
      Handler: app.handler
      Events:
        Root: {Type: HttpApi, Properties: {Path: /hello, Method: get}}
  Plain:
    Type: AWS::Lambda::Function
    Properties:
      Code: ./src
      Runtime: nodejs22.x
      Handler: app.handler
      Role: !GetAtt HelloRole.Arn
Outputs:
  Url: {Value: !Sub 'https://\${ServerlessHttpApi}.execute-api.us-east-1.amazonaws.com/hello'}
`,
    );
    const { code, stderr } = await orrery.run('up', join(orrery.dataDir, 'sam'));
    assert.equal(code, 0, stderr);
    const { sam } = await orrery.json<{ sam: { Url: { value: string } } }>('outputs');
    const { httpPort } = await orrery.json<{ httpPort: number }>('status');
    const { body } = await request(`http://127.0.0.1:${httpPort}/hello`, {
      headers: { host: new URL(sam.Url.value).host },
    });
    assert.equal(await body.text(), 'from beside the template');
    assert.match((await orrery.run('up', join(orrery.dataDir, 'sam'))).stderr, /sam: nothing has changed/);
    write('sam/template.yaml', 'Resources: {A: {Type: "AWS::Lambda::Function", Properties: {Code: ./gone}}}');
    const gone = await orrery.run('up', join(orrery.dataDir, 'sam'));
    assert.match(gone.stderr, /A names .*sam\/gone, and there is no such file or folder/);
  });

  test('an app that fails to synthesise is shown in its own words; one without its dependencies, what to run', async () => {
    write('app/cdk.json', '{"app": "node app.js"}');
    write('app/app.js', 'throw new Error("my own mistake");');
    const failed = await orrery.run('up', join(orrery.dataDir, 'app'));
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /Error: my own mistake\n +at .*app\.js:1:/);
    assert.doesNotMatch(failed.stderr, /node:internal|runtime\/cli/);
    write('app/app.js', 'require("aws-cdk-lib");');
    write('app/package.json', '{"dependencies": {"aws-cdk-lib": "^2"}}');
    const bare = await orrery.run('up', join(orrery.dataDir, 'app'));
    assert.match(bare.stderr, /Cannot find module 'aws-cdk-lib'.*not installed: run `npm install` in .*app\./s);
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
  test('by npm start takes the blueprint that is named, and refuses one that is not there', async () => {
    const script = join(import.meta.dirname, '../../bin/start.js');
    const anyPorts = ['port', 'http-port', 'https-port', 'dns-port', 'smtp-port'].flatMap((name) => [`--${name}`, '0']);
    const started = promisify(execFile)(process.execPath, [script, 'no-such-restaurant', ...anyPorts]);
    await assert.rejects(started, /There is no blueprint "no-such-restaurant"/);
  });

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

  for (const option of ['--dns-port', '--https-port', '--smtp-port'])
    test(`says that ${option} is taken`, async () => {
      const orrery = new CommandLine();
      const taken = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => taken.once('listening', resolve));
      const { port } = taken.address() as AddressInfo;
      const anyPort = ['--port', '0', '--http-port', '0'];
      const { code, stderr } = await orrery.run('up', '--empty', ...anyPort, option, String(port));
      taken.close();
      await orrery.close();
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`${port}[^.]* on 127\\.0\\.0\\.1.* is taken`));
      assert.match(stderr, new RegExp(option));
    });

  test('makes a local certificate authority once, and says how to trust it', async () => {
    const orrery = new CommandLine();
    const first = await orrery.run('certificate');
    const second = await orrery.run('certificate', '--json');
    const { authority } = JSON.parse(second.stdout) as { authority: string };
    assert.equal(first.stdout.trim().split('\n')[0], authority);
    assert.ok(new X509Certificate(readFileSync(authority)).ca);
    assert.equal(statSync(authority.replace(/pem$/, 'key')).mode & 0o777, 0o600);
    await orrery.close();
  });

  test('in the background, ended by down, forgotten by reset', async () => {
    const orrery = new CommandLine();
    const file = join(orrery.dataDir, 'queue.yaml');
    writeFileSync(file, template);
    const started = await orrery.run('up', file, '--detach', '--port', '0', '--http-port', '0');
    assert.equal(started.code, 0, started.stderr);
    assert.equal(started.stderr.match(/queue: CREATE_COMPLETE/g)?.length, 1);
    assert.match(started.stdout, /Url .*sqs\.us-east-1.*Running in the background \(process \d+\)/s);
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
