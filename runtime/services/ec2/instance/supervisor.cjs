'use strict';
// Keeps services as systemd does: starts what they need first, restarts what their unit files say, ends whole process groups.
const { spawn } = require('node:child_process');
const {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} = require('node:fs');
const { hasOwnRoot, lead, oneUser } = require('./root.cjs');
const { signalTree } = require('./processes.cjs');
const { readUnit } = require('./units.cjs');
const { groupOf, userOf } = require('./users.cjs');

const enabled = lead('/etc/systemd/enabled');
const journal = lead('/var/log/journal');
/** "StartLimitIntervalSec=, StartLimitBurst=": five starts within ten seconds are the last. */
const burst = { starts: 5, withinMs: 10_000 };
/** By name: what runs, and what is known of what ran. */
const services = new Map();

mkdirSync(enabled, { recursive: true });
mkdirSync(journal, { recursive: true });

exports.startEnabled = async () => {
  for (const name of readdirSync(enabled)) await start(name);
};

exports.isEnabled = (name) => existsSync(`${enabled}/${name}`);

exports.enable = (name) => {
  const unit = readUnit(name);
  if (!unit) return failed(1, `Failed to enable unit: Unit file ${name}.service does not exist.`);
  if (unit.wantedBy.length === 0)
    return {
      code: 0,
      text: `The unit files have no installation config (WantedBy=, RequiredBy=), so ${name}.service is not enabled.`,
    };
  writeFileSync(`${enabled}/${name}`, '');
  return { code: 0, text: `Created symlink /etc/systemd/system/${unit.wantedBy[0]}.wants/${name}.service.` };
};

exports.disable = (name) => {
  rmSync(`${enabled}/${name}`, { force: true });
  return { code: 0 };
};

exports.isActive = (name) => stateOf(services.get(name)) === 'active';
exports.isKnown = (name) => readUnit(name) !== undefined;
exports.describe = (name) => {
  const service = services.get(name);
  const pid = service?.child?.pid ? `; main PID: ${service.child.pid}` : '';
  return `● ${name}.service\n     Active: ${stateOf(service)}${pid}`;
};
exports.stateOf = (name) => stateOf(services.get(name));
exports.start = start;
exports.stop = stop;

function stateOf(service) {
  if (!service) return 'inactive';
  return service.child || service.done
    ? 'active'
    : service.failed
      ? 'failed'
      : service.waiting
        ? 'activating'
        : 'inactive';
}

async function start(name, asked = new Set()) {
  if (stateOf(services.get(name)) === 'active' || asked.has(name)) return { code: 0 };
  asked.add(name);
  let unit;
  try {
    unit = readUnit(name);
  } catch (error) {
    return failed(1, `Failed to start ${name}.service: ${error.message}`);
  }
  if (!unit) return failed(5, `Failed to start ${name}.service: Unit ${name}.service not found.`);
  if (unit.start.length === 0) return failed(1, `Failed to start ${name}.service: it has no ExecStart= setting.`);
  tellWhatIsNotDone(unit);
  for (const needed of unit.needs) await start(needed.replace(/\.service$/, ''), asked);
  const service = {
    unit,
    child: undefined,
    stopping: false,
    failed: false,
    done: false,
    waiting: undefined,
    starts: [],
  };
  services.set(name, service);
  return begin(service);
}

async function begin(service) {
  const { unit } = service;
  for (const command of unit.before)
    if (!(await ran(unit, command))) return broken(service, 'its ExecStartPre= failed');
  if (unit.type === 'oneshot') {
    for (const command of unit.start)
      if (!(await ran(unit, command))) return broken(service, 'control process exited with an error');
    service.done = unit.remains;
    return { code: 0 };
  }
  const why = await run(service);
  if (why) return broken(service, why);
  for (const command of unit.after) await ran(unit, command);
  return { code: 0 };
}

function broken(service, why) {
  service.failed = true;
  return failed(
    1,
    `Job for ${service.unit.name}.service failed: ${why}. See "journalctl -xeu ${service.unit.name}.service".`,
  );
}

/** Resolves when the process is there; with what is wrong when it cannot be. */
function run(service) {
  const { unit } = service;
  service.waiting = undefined;
  return new Promise((resolve) => {
    let child;
    try {
      child = launch(unit, unit.start.at(-1));
    } catch (error) {
      return resolve(error.message);
    }
    service.child = child;
    child.once('spawn', () => resolve(undefined));
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      service.child = undefined;
      ended(service, code, signal);
    });
  });
}

function ended(service, code, signal) {
  const { unit } = service;
  if (service.stopping) return;
  // Of Type=forking the first process ends well once the service is there; its group is what is kept.
  if (unit.type === 'forking' && code === 0) {
    service.done = true;
    return;
  }
  const well = code === 0 || unit.success.includes(code) || signal === 'SIGTERM';
  log(
    unit.name,
    `Main process exited, ${signal ? `code=killed, status=${signal}` : `code=exited, status=${code}`}`,
    true,
  );
  const again = unit.restart === 'always' || (unit.restart === 'on-success' ? well : unit.restart !== 'no' && !well);
  service.failed = !well;
  if (!again) return;
  const now = Date.now();
  service.starts = [...service.starts.filter((at) => at > now - burst.withinMs), now];
  if (service.starts.length > burst.starts && unit.restartMs < burst.withinMs / burst.starts) {
    service.failed = true;
    return log(unit.name, 'Start request repeated too quickly.', true);
  }
  service.failed = false;
  service.waiting = setTimeout(() => void run(service), unit.restartMs);
}

async function stop(name) {
  const service = services.get(name);
  if (!service) return { code: 0 };
  service.stopping = true;
  clearTimeout(service.waiting);
  services.delete(name);
  for (const command of service.unit.stop) await ran(service.unit, command);
  const { child } = service;
  if (!child) return { code: 0 };
  await new Promise((resolve) => {
    const force = setTimeout(() => signal(child, 'SIGKILL'), service.unit.stopMs);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    signal(child, service.unit.killSignal);
  });
  return { code: 0 };
}

function signal(child, name) {
  // Without a root of its own an instance has no processes of its own either: its one group is what ends it as a whole.
  if (!hasOwnRoot) return signalTree(child.pid, name);
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has ended.
  }
}

/** Runs a command of the unit to its end. A leading `-` says that its failure does not count. */
function ran(unit, command) {
  return new Promise((resolve) => {
    const forgiven = /^[@:+!]*-/.test(command);
    const child = launch(unit, command);
    child.once('error', () => resolve(forgiven));
    child.once('exit', (code) => resolve(forgiven || code === 0));
  });
}

function launch(unit, command) {
  const owner = unit.user === undefined ? undefined : userOf(unit.user);
  if (unit.user !== undefined && !owner)
    throw new Error(`Failed to determine user credentials: No such user ${unit.user}`);
  const gid = unit.group === undefined ? owner?.gid : groupOf(unit.group);
  if (unit.group !== undefined && gid === undefined) throw new Error(`No such group ${unit.group}`);
  if (unit.folder && unit.folder !== '~' && !existsSync(unit.folder))
    throw new Error(`Changing to the requested working directory failed: ${unit.folder}: No such file or directory`);
  const { USER, LOGNAME, ...inherited } = process.env;
  const child = spawn('/bin/sh', ['-c', `exec ${command.replace(/^[-@:+!]+/, '')}`], {
    cwd: unit.folder === '~' ? owner?.home : (unit.folder ?? '/'),
    env: {
      ...inherited,
      ...(owner ? { HOME: owner.home, USER: owner.user, LOGNAME: owner.user } : {}),
      ...unit.environment,
      // What binds a program to the instance's address is loaded by these: a unit's own are added to them.
      ...joined('NODE_OPTIONS', ' ', inherited, unit.environment),
      ...joined('PYTHONPATH', ':', inherited, unit.environment),
    },
    ...(owner && !oneUser ? { uid: owner.uid } : {}),
    ...(gid === undefined || oneUser ? {} : { gid }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: hasOwnRoot,
  });
  const out = sinkOf(unit, unit.output.stdout);
  child.stdout.on('data', out);
  child.stderr.on('data', unit.output.stderr === 'inherit' ? out : sinkOf(unit, unit.output.stderr));
  return child;
}

function joined(name, separator, ...environments) {
  const values = environments.flatMap((environment) => environment[name] ?? []);
  return values.length === 0 ? {} : { [name]: values.join(separator) };
}

/** "StandardOutput=": the journal unless a file is named. */
function sinkOf(unit, target) {
  if (target === 'null') return () => undefined;
  const [, how, path] = /^(append|file|truncate):(.+)$/.exec(target) ?? [];
  if (!path) return (chunk) => log(unit.name, String(chunk).replace(/\n$/, ''));
  const file = openSync(path, how === 'append' ? 'a' : 'w');
  return (chunk) => writeSync(file, chunk);
}

/** To the journal, which is the service's log; what systemd itself says is on the console as well. */
function log(name, text, toConsole = false) {
  appendFileSync(`${journal}/${name}.log`, `${text}\n`);
  console.log(toConsole ? `systemd: ${name}.service: ${text}` : text);
}

function tellWhatIsNotDone({ name, user, withoutEffect, unknown }) {
  if (user !== undefined && oneUser)
    console.log(
      `systemd: ${name}.service: User= has no effect: all of the instance runs as one user at the level loopback.`,
    );
  if (withoutEffect.length > 0)
    console.log(`systemd: ${name}.service: ${withoutEffect.join('=, ')}= has no effect in an instance of Orrery.`);
  if (unknown.length > 0)
    console.log(`systemd: ${name}.service: Unknown key name '${unknown.join("', '")}' in section 'Service', ignoring.`);
}

function failed(code, text) {
  return { code, text };
}

exports.stopAll = () => Promise.all([...services.keys()].map(stop));
