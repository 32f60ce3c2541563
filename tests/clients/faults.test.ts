import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CommandLine } from './command.fixture.ts';

const template = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }]
  Greeter:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: greeter
      Role: !GetAtt Role.Arn
      Runtime: nodejs22.x
      Handler: index.handler
      Code:
        ZipFile: "exports.handler = async () => 'hello'"
`;

interface Fault {
  id: string;
  action: string;
  status: string;
  reason: string;
  targets: string[];
}

describe('orrery faults', () => {
  const orrery = new CommandLine();
  let lambda: LambdaClient;

  before(async () => {
    const file = join(orrery.dataDir, 'greeter.yaml');
    writeFileSync(file, template);
    await orrery.up(file, '--port', '0', '--http-port', '0');
    const { apiPort } = await orrery.json<{ apiPort: number }>('status');
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    lambda = new LambdaClient({ endpoint: `http://127.0.0.1:${apiPort}`, region: 'us-east-1', credentials });
  });
  after(async () => {
    lambda.destroy();
    await orrery.close();
  });

  async function greeting(): Promise<string> {
    const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: 'greeter' }));
    return FunctionError ?? Buffer.from(Payload ?? []).toString();
  }

  test('breaks a function for a while, shows it, and heals it when asked or when its time is over', async () => {
    assert.equal(await greeting(), '"hello"');
    assert.match((await orrery.run('faults')).stdout, /Nothing is broken, and nothing was/);
    const fault = ['faults', 'start', 'invocation-error', '--on', 'greeter', '--parameter', 'preventExecution=true'];
    const [started] = await orrery.json<Fault[]>(...fault, '--for', '10m');
    assert.deepEqual(
      [started?.action, started?.status, started?.targets],
      ['aws:lambda:invocation-error', 'running', ['arn:aws:lambda:us-east-1:000000000000:function:greeter']],
    );
    assert.equal(await greeting(), 'Unhandled');
    assert.match((await orrery.run('faults')).stdout, /running +aws:lambda:invocation-error +greeter/);
    assert.match((await orrery.run('faults', 'stop')).stdout, /stopped +aws:lambda:invocation-error/);
    assert.equal(await greeting(), '"hello"');
    // By the name that the template gives it, or a part of that.
    await orrery.run('faults', 'start', 'invocation-error', '--on', 'Greet', '--parameter', 'preventExecution=true');
    assert.equal(await greeting(), 'Unhandled');
    await orrery.run('wind', '5m');
    assert.equal(await greeting(), '"hello"');
    const all = await orrery.json<Fault[]>('faults');
    assert.deepEqual(all.map(({ status }) => status).sort(), ['completed', 'stopped']);
  });

  test('says what can be broken, and what is wrong with what it was asked for', async () => {
    const { stdout } = await orrery.run('faults', 'actions');
    assert.match(stdout, /aws:network:disrupt-connectivity\n.*\n {2}on aws:ec2:subnet\n {2}duration: /);
    for (const [argv, pattern] of [
      [['start', 'earthquake'], /no fault called "earthquake".*aws:ec2:stop-instances/s],
      [['start', 'stop-instances'], /aws:ec2:stop-instances acts on aws:ec2:instance, and was not told on which/],
      [['start', 'reboot-instances', '--for', '5m'], /is over at once: it takes no --for/],
      [['start', 'wait', '--for', 'ages'], /"ages" is not a duration/],
      [['start', 'invocation-error', '--on', 'greeter'], /needs the parameter preventExecution/],
      [['start', 'invocation-error', '--on', 'greeter', '--parameter', 'x'], /takes NAME=VALUE, not "x"/],
      [
        ['start', 'invocation-error', '--on', 'nobody', '--parameter', 'preventExecution=true'],
        /no aws:lambda:function called "nobody"\.\s+Name one of these: greeter\./,
      ],
      [['mend'], /knows list, actions, start and stop, not "mend"/],
      [['stop', 'EXPnone'], /The experiment EXPnone does not exist/],
    ] as const) {
      const { code, stderr } = await orrery.run('faults', ...argv);
      assert.match(stderr, pattern);
      assert.notEqual(code, 0);
    }
    const nobody = 'arn:aws:lambda:us-east-1:000000000000:function:nobody';
    const gone = ['start', 'invocation-error', '--on', nobody, '--parameter', 'preventExecution=true'];
    const { code, stdout: told } = await orrery.run('faults', ...gone);
    assert.match(told, /failed .*The target arn:aws:lambda:us-east-1:000000000000:function:nobody does not exist/);
    assert.equal(code, 1);
  });
});
