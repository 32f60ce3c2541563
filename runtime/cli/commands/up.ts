import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Levels } from '../../control-plane/runtime.ts';
import type { StackOutputs } from '../../control-plane/stack-outputs.ts';
import { PersonError } from '../../kernel/errors.ts';
import type { RunningCloud } from '../cloud.ts';
import type { Command, CommandLine } from '../command.ts';
import { dataFolder, type RuntimeFile, runningRuntime } from '../data-folder.ts';
import type { DeployProgress, DeployTarget } from '../deploy/deploy.ts';
import { resolveTarget, type Target } from '../deploy/target.ts';
import { usageError } from '../errors.ts';
import { printOutputs } from '../outputs-view.ts';
import { defaultPorts } from '../ports.ts';
import { progressPrinter } from '../progress-view.ts';
import { followRequests } from '../request-view.ts';
import { askLines } from '../runtime-client.ts';
import { type Relayed, relayed, type Terminal } from '../terminal.ts';

/** orrery up: run the cloud and deploy into it. */
export const up: Command = {
  name: 'up',
  summary: 'run a blueprint, a CDK app, a cdk.out folder or a template',
  positionals: '[BLUEPRINT | CDK APP FOLDER | CDK.OUT | TEMPLATE FILE]',
  options: {
    detach: { type: 'boolean', short: 'd', about: 'leave it running in the background and come back' },
    port: { type: 'string', value: 'PORT', about: 'API port for SDKs and tools (default 4566; 0: any free one)' },
    'http-port': { type: 'string', value: 'PORT', about: "port of users' traffic (default 8080; 0: any free one)" },
    'https-port': { type: 'string', value: 'PORT', about: 'the same over TLS (default 8443; 0: any free one)' },
    'plain-http': { type: 'boolean', about: 'the HTTP port does not count as TLS: sites redirect to the HTTPS port' },
    'dns-port': { type: 'string', value: 'PORT', about: 'DNS, UDP and TCP (default 5353; 0: any free one)' },
    'smtp-port': { type: 'string', value: 'PORT', about: "SES's SMTP (default 2525; 0: any free one)" },
    network: {
      type: 'string',
      value: 'LEVEL',
      about:
        'namespace: the kernel decides about packets, or nothing runs; loopback: as without root (or ORRERY_NETWORK)',
    },
    isolation: { type: 'string', value: 'LEVEL', about: 'plain: sandboxes are folders alone (or ORRERY_ISOLATION)' },
    empty: { type: 'boolean', about: 'run the cloud without deploying anything' },
    parameter: {
      type: 'string',
      value: 'K=V',
      multiple: true,
      about: 'value of a parameter of the template; may be repeated',
    },
    'stack-name': { type: 'string', value: 'NAME', about: "a template file's stack (default: the file's name)" },
  },
  details: `
Without an argument it runs the CDK app of this folder (cdk.json). Run it again to deploy what you have changed: a
running cloud is updated in place, and a deployment that fails is rolled back. In the foreground it shows every user's
request with its hops; Ctrl-C ends it. Everything is kept in the data folder, and the next \`up\` goes on from there.

  orrery up serverless-orders           a blueprint that comes with Orrery
  orrery up ./infra --detach            your CDK app, in the background
  orrery up template.yaml --parameter Stage=test
  orrery up --empty                     an empty cloud, for cdk deploy, Terraform or the SDKs`,
  async run(line, out) {
    const dataDir = dataFolder(line);
    const running = runningRuntime(dataDir);
    if (running) return redeploy(running, line, out);
    if (line.flag('detach')) return detach(line, out);
    return foreground(line, process.send ? relayed(out) : out, dataDir);
  },
};

function targetOf(line: CommandLine): Target | undefined {
  if (line.positionals.length > 1) throw usageError('`up` takes one blueprint, folder or file.', '', 'up');
  return line.flag('empty') ? undefined : resolveTarget(line.positionals[0]);
}

async function prepared(line: CommandLine, out: Terminal, dataDir: string) {
  const target = targetOf(line);
  mkdirSync(dataDir, { recursive: true });
  if (!target) return undefined;
  const { prepare } = await import('../deploy/prepare.ts');
  return prepare(target, {
    dataDir,
    stackName: line.text('stack-name'),
    parameters: parametersOf(line),
    onNote: out.note,
  });
}

function parametersOf(line: CommandLine): Record<string, string> {
  // A comma may be part of a list's value; before another name it separates.
  const pairs = line.texts('parameter').flatMap((text) => text.split(/,(?=[A-Za-z0-9]+=)/));
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw usageError(`--parameter takes Name=Value, not "${pair}".`, '', 'up');
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

async function foreground(line: CommandLine, out: Terminal, dataDir: string): Promise<number> {
  // The app is synthesised while the runtime starts; a failure of either ends both.
  const target = prepared(line, out, dataDir);
  target.catch(() => undefined);
  let cloud: RunningCloud | undefined;
  try {
    // Who takes any port for the traffic takes any for its names and its TLS.
    const anyPort = line.number('http-port', defaultPorts.http) === 0;
    // Loaded here, not above: every other command does without the cloud's code.
    const { startCloud } = await import('../cloud.ts');
    cloud = await startCloud({
      dataDir,
      ports: {
        api: line.number('port', defaultPorts.api),
        http: line.number('http-port', defaultPorts.http),
        https: line.number('https-port', anyPort ? 0 : defaultPorts.https),
        dns: line.number('dns-port', anyPort ? 0 : defaultPorts.dns),
        smtp: line.number('smtp-port', anyPort ? 0 : defaultPorts.smtp),
      },
      plainHttp: line.flag('plain-http'),
      levels: levelsOf(line),
    });
    const ended = cloud.ended;
    const wanted = await target;
    if (wanted) await cloud.deploy(wanted, progressPrinter(out, line.flag('json')));
    await printOutputs(shown(await cloud.outputs(), wanted, line), out, line.flag('json'));
    announce(out, cloud.ports, line);
    process.send?.({ ready: true });
    // In the background nobody watches, and writing a line for every request costs as much as a cache hit.
    const watched = !line.flag('json') && process.send === undefined;
    const stopFollowing = watched ? followRequests(cloud.kernel, out) : () => undefined;
    await ended;
    stopFollowing();
    return 0;
  } catch (error) {
    process.send?.({ failed: describeFailure(error) });
    throw error;
  } finally {
    await cloud?.stop();
  }
}

function levelsOf(line: CommandLine): Levels {
  const network = line.text('network') ?? process.env.ORRERY_NETWORK;
  if (network !== undefined && network !== 'namespace' && network !== 'loopback')
    throw usageError(`--network takes namespace or loopback, not "${network}".`, '', 'up');
  const isolation = line.text('isolation') ?? process.env.ORRERY_ISOLATION;
  if (isolation !== undefined && isolation !== 'plain')
    throw usageError(`--isolation takes plain, not "${isolation}".`, '', 'up');
  return { network, isolation };
}

/** For a person those of what was just deployed; a script gets all, as `orrery outputs --json` gives them. */
function shown(outputs: StackOutputs, target: DeployTarget | undefined, line: CommandLine): StackOutputs {
  if (line.flag('json') || !target) return outputs;
  const names = target.stacks.map(({ name }) => name);
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => names.includes(name)));
}

function describeFailure(error: unknown): object {
  if (error instanceof PersonError) return { code: error.code, message: error.message, next: error.next };
  return {
    code: 'bug',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    next: 'This is a bug of Orrery; please report it.',
  };
}

function announce(out: Terminal, ports: { api: number; http: number }, line: CommandLine): void {
  if (line.flag('json')) return;
  out.note(
    `\nThe API answers at http://127.0.0.1:${ports.api} (export AWS_ENDPOINT_URL=http://127.0.0.1:${ports.api})`,
  );
  out.note(`The console: http://orrery.localhost:${ports.api}/_orrery/`);
  if (!process.send) out.note('Every request is shown here. Ctrl-C ends the cloud; its data is kept.\n');
}

async function redeploy(running: RuntimeFile, line: CommandLine, out: Terminal): Promise<number> {
  const target = await prepared(line, out, dataFolder(line));
  out.note(`A cloud is running already (process ${running.pid}, API port ${running.apiPort}).`);
  if (!target) return 0;
  const print = progressPrinter(out, line.flag('json'));
  for await (const event of askLines<
    DeployProgress & { outputs?: StackOutputs; error?: { code: string; message: string; next: string } }
  >(running, 'POST', 'deploy', target)) {
    if (event.error) throw new PersonError(event.error.code, event.error.message, event.error.next);
    if (event.outputs) await printOutputs(shown(event.outputs, target, line), out, line.flag('json'));
    else print(event);
  }
  return 0;
}

/** What the process in the background tells. */
type Message = Partial<Relayed & { line: string; note: string }> & {
  ready?: boolean;
  failed?: { code: string; message: string; next: string };
};

/** Starts this command again as a process of its own and waits until it is ready or has said why not. */
function detach(line: CommandLine, out: Terminal): Promise<number> {
  const dataDir = dataFolder(line);
  mkdirSync(dataDir, { recursive: true });
  const logFile = join(dataDir, 'orrery.log');
  const log = openSync(logFile, 'a');
  const argv = process.argv
    .slice(2)
    .filter((argument) => argument !== '--detach' && argument !== '-d' && argument !== '--json');
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...argv], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.line !== undefined && !line.flag('json')) out.line(message.line);
      if (message.note !== undefined && !line.flag('json')) out.note(message.note);
      if (message.failed) reject(new PersonError(message.failed.code, message.failed.message, message.failed.next));
      if (!message.ready) return;
      child.disconnect();
      child.unref();
      const running = runningRuntime(dataDir);
      if (line.flag('json')) out.json({ ...running, dataDir, logFile });
      else
        out.line(
          `Running in the background (process ${running?.pid}); its log is ${logFile}. \`orrery outputs\`, \`orrery logs -f\`, \`orrery down\`.`,
        );
      resolve(0);
    });
    child.on('exit', (code) =>
      reject(
        new PersonError('start-failed', `The cloud did not start (exit code ${code}).`, `Its log says why: ${logFile}`),
      ),
    );
  });
}
