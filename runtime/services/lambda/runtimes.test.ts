import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { curl, python3, skipWithout } from '../../../tests/tools.fixture.ts';
import { compute } from '../../engines/compute/compute.ts';
import { plain } from '../../engines/compute/isolation.ts';
import { type LambdaCloud, startLambda, zip } from './test-cloud.ts';

const pythonHandler = `
import json, os, time, datetime, logging
logging.getLogger().setLevel("INFO")
def handler(event, context):
    print("printed")
    logging.info("logged")
    if event.get("fail"):
        raise ValueError("no " + event["fail"])
    aware = datetime.datetime.now(datetime.timezone.utc)
    return {
        "event": event,
        "name": context.function_name,
        "now": time.time(),
        "aware": aware.timestamp(),
        "is": isinstance(aware, datetime.datetime) and isinstance(datetime.datetime(2020, 1, 1), datetime.date),
        "left": context.get_remaining_time_in_millis() > 0,
        "root": os.environ["LAMBDA_TASK_ROOT"],
    }
`;

/** The Runtime API spoken by a shell script, as in "Tutorial: Building a custom runtime". */
const shellRuntime = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers=$(mktemp)
  event=$(curl -sS -D "$headers" "$api/next")
  id=$(tr -d '\\r' < "$headers" | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
  echo "got $event with $_HANDLER"
  curl -sS -X POST "$api/$id/response" -d "{\\"echo\\": $event}" > /dev/null
done
`;

describe('runtimes', () => {
  let cloud: LambdaCloud;
  before(async () => {
    cloud = await startLambda();
  });
  after(() => cloud.orrery.stop());

  it("runs Python on the machine's python3, in the cloud's time", { skip: skipWithout(python3) }, async () => {
    const code = { 'app.py': pythonHandler };
    await cloud.create('snake', code, { Runtime: 'python3.12', Handler: 'app.handler', MemorySize: 256 });
    await cloud.orrery.clock.wind(86_400_000);
    const { result, log } = await cloud.invoke('snake', { a: 1 });
    const { now, aware, root, ...rest } = result as { now: number; aware: number; root: string };
    assert.deepEqual(rest, { event: { a: 1 }, name: 'snake', is: true, left: true });
    for (const seconds of [now, aware]) assert.ok(Math.abs(seconds * 1000 - cloud.orrery.clock.now()) < 10_000);
    assert.ok(log.includes('printed'));
    assert.ok(log.some((line) => /^\[INFO\]\t\S+Z\t\S+\tlogged$/.test(line)));
    const failed = await cloud.invoke('snake', { fail: 'x' });
    const { errorType, errorMessage, stackTrace } = failed.result as Record<string, unknown>;
    assert.deepEqual([errorType, errorMessage, Array.isArray(stackTrace)], ['ValueError', 'no x', true]);
    await cloud.create('snake-missing', code, { Runtime: 'python3.12', Handler: 'app.nothing', MemorySize: 256 });
    assert.equal(
      ((await cloud.invoke('snake-missing')).result as { errorType: string }).errorType,
      'Runtime.HandlerNotFound',
    );
  });

  it('starts a layer’s Python program by the path and interpreter it has on AWS, in either kind of sandbox', {
    skip: skipWithout(python3),
  }, async () => {
    const program = { os: 3, attrs: 0o100755 << 16 } as const;
    const script = '#!/var/lang/bin/python\nimport sys\nprint("says", *sys.argv[1:])\n';
    const handler =
      'import subprocess\ndef handler(event, context):\n    return subprocess.check_output(["/opt/tool/run", event["word"]], text=True).strip()\n';
    for (const level of ['namespaces', 'plain'] as const) {
      const { isolation } = cloud.orrery.kernel.engine(compute);
      if (level === 'namespaces' && isolation.level !== level) continue;
      const where = level === 'plain' ? await startLambda({ services: ['iam', 'lambda', 'logs', 'sts'] }) : cloud;
      if (level === 'plain') usePlainSandboxes(where);
      const { LayerVersionArn } = await where.lambda.send(
        new PublishLayerVersionCommand({
          LayerName: 'tool',
          Content: { ZipFile: Uint8Array.from(zipSync({ 'tool/run': [strToU8(script), program] })) },
        }),
      );
      await where.create(
        'runs',
        { 'app.py': handler },
        {
          Runtime: 'python3.12',
          Handler: 'app.handler',
          Layers: [LayerVersionArn ?? ''],
        },
      );
      const { result } = await where.invoke('runs', { word: level });
      assert.equal(result, `says ${level}`);
      if (level === 'plain') await where.orrery.stop();
    }
  });

  it('runs an executable named bootstrap that speaks the Runtime API', { skip: skipWithout(curl) }, async () => {
    const executable = { os: 3, attrs: 0o100755 << 16 };
    const ZipFile = Uint8Array.from(zipSync({ bootstrap: [strToU8(shellRuntime), executable] }));
    await cloud.create('custom', '', {
      Runtime: 'provided.al2023',
      Handler: 'any.thing',
      Code: { ZipFile },
      MemorySize: 512,
    });
    const { result, log } = await cloud.invoke('custom', { b: 2 });
    assert.deepEqual(result, { echo: { b: 2 } });
    assert.ok(log.includes('got {"b":2} with any.thing'));
    await cloud.create('no-bootstrap', '', { Runtime: 'provided.al2023', Code: { ZipFile: zip({ other: '' }) } });
    assert.match(
      ((await cloud.invoke('no-bootstrap')).result as { errorMessage: string }).errorMessage,
      /exit status 127$/,
    );
  });

  it('leaves nothing of a sandbox behind: no process, no folder', async () => {
    await cloud.create(
      'spawns',
      'import { spawn } from "node:child_process"; export const handler = async () => { spawn("sleep", ["1000"], { detached: true, stdio: "ignore" }).unref(); return process.env.TMPDIR }',
    );
    await cloud.invoke('spawns');
    const engine = cloud.orrery.kernel.engine(compute);
    const pids = engine.sandboxes().map(({ pid }) => pid ?? 0);
    await cloud.orrery.restart();
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});

/** As on a machine without namespaces, before anything has been started. */
function usePlainSandboxes({ orrery }: LambdaCloud): void {
  Object.defineProperty(orrery.kernel.engine(compute), 'isolation', { value: plain });
}
