'use strict';
// First process of an instance: runs UserData at the first boot, as cloud-init does, then keeps the services that
// `systemctl` is told to. What it writes is the console.
const { spawn } = require('node:child_process');
const {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createServer } = require('node:net');

const cloud = '/var/lib/cloud/instance';
const units = '/etc/systemd/system';
const wanted = '/etc/systemd/enabled';
const services = new Map();

mkdirSync(wanted, { recursive: true });
for (const name of readdirSync('/run/orrery/bin')) {
  const shim = `/usr/local/bin/${name}`;
  rmSync(shim, { force: true });
  writeFileSync(shim, readFileSync(`/run/orrery/bin/${name}`));
  chmodSync(shim, 0o755);
}
createServer((socket) => {
  socket.setEncoding('utf8');
  socket.once('data', (line) => socket.end(`${JSON.stringify(answer(JSON.parse(line)))}\n`));
  socket.on('error', () => undefined);
}).listen('/run/systemctl.sock', boot);

function boot() {
  console.log(`[    0.000000] ${readFileSync('/etc/hostname', 'utf8').trim()} booted`);
  for (const name of readdirSync(wanted)) start(name);
  const script = `${cloud}/user-data.txt`;
  if (!existsSync(script) || existsSync(`${cloud}/boot-finished`)) return ready();
  chmodSync(script, 0o700);
  const child = spawn(script, [], { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const log = (chunk) => {
    process.stdout.write(chunk);
    appendFileSync('/var/log/cloud-init-output.log', chunk);
  };
  child.stdout.on('data', log);
  child.stderr.on('data', log);
  child.once('error', (error) => log(`cloud-init: UserData could not be run: ${error.message}\n`));
  child.once('exit', (code, signal) => {
    if (code !== 0) log(`cloud-init: UserData failed with ${signal ?? `exit status ${code}`}\n`);
    writeFileSync(`${cloud}/boot-finished`, '');
    ready();
  });
}

function ready() {
  console.log('Cloud-init finished.');
}

/** A service is what its unit file says in ExecStart, Environment(File), WorkingDirectory and Restart; the rest is not read. */
function start(name) {
  if (services.get(name)?.child) return { code: 0 };
  const unit = readUnit(name);
  if (!unit) return { code: 5, text: `Failed to start ${name}.service: Unit ${name}.service not found.` };
  const service = { child: undefined, stopped: false };
  services.set(name, service);
  const run = () => {
    const child = spawn('/bin/sh', ['-c', `exec ${unit.command}`], {
      cwd: unit.folder,
      env: { ...process.env, ...unit.environment },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    service.child = child;
    child.once('error', (error) => console.error(`${name}: ${error.message}`));
    child.once('exit', (code, signal) => {
      service.child = undefined;
      if (service.stopped) return;
      console.log(`systemd: ${name}.service: Main process exited, ${signal ?? `status=${code}`}`);
      if (unit.restart === 'always' || (unit.restart === 'on-failure' && code !== 0)) setTimeout(run, unit.restartMs);
    });
  };
  run();
  return { code: 0 };
}

function readUnit(name) {
  const file = [units, '/usr/lib/systemd/system']
    .map((folder) => `${folder}/${name}.service`)
    .find((path) => existsSync(path));
  if (!file) return undefined;
  const settings = readFileSync(file, 'utf8')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => /^([A-Za-z]+)=(.*)$/.exec(line.trim()))
    .filter(Boolean);
  const all = (key) => settings.filter((match) => match[1] === key).map((match) => match[2]);
  const environment = {};
  const read = (text) => {
    for (const match of text.matchAll(/"?([A-Za-z_][A-Za-z0-9_]*)=("[^"]*"|[^\s"]*)"?/g))
      environment[match[1]] = match[2].replace(/^"|"$/g, '');
  };
  for (const path of all('EnvironmentFile').map((given) => given.replace(/^-/, '')))
    if (existsSync(path))
      for (const line of readFileSync(path, 'utf8').split('\n'))
        if (/^[A-Za-z_]\w*=/.test(line))
          environment[line.slice(0, line.indexOf('='))] = line
            .slice(line.indexOf('=') + 1)
            .replace(/^(["'])(.*)\1$/, '$2');
  for (const line of all('Environment')) read(line);
  const seconds = Number.parseFloat(all('RestartSec').at(-1) ?? '0.1');
  return {
    command: (all('ExecStart').at(-1) ?? 'true').replace(/^[-@+!]+/, ''),
    folder: all('WorkingDirectory').at(-1) ?? '/',
    restart: all('Restart').at(-1),
    restartMs: seconds * 1000,
    environment,
  };
}

function stop(name) {
  const service = services.get(name);
  if (!service) return { code: 0 };
  service.stopped = true;
  services.delete(name);
  if (service.child) {
    try {
      process.kill(-service.child.pid, 'SIGTERM');
    } catch {}
  }
  return { code: 0 };
}

function answer({ verb, names, now }) {
  if (verb === 'daemon-reload') return { code: 0 };
  let last = { code: 0 };
  for (const given of names) {
    const name = given.replace(/\.service$/, '');
    if (verb === 'start') last = start(name);
    else if (verb === 'stop') last = stop(name);
    else if (verb === 'restart') {
      stop(name);
      last = start(name);
    } else if (verb === 'enable') {
      if (!readUnit(name)) return { code: 1, text: `Failed to enable unit: Unit file ${name}.service does not exist.` };
      writeFileSync(`${wanted}/${name}`, '');
      if (now) last = start(name);
    } else if (verb === 'disable') {
      rmSync(`${wanted}/${name}`, { force: true });
      if (now) last = stop(name);
    } else if (verb === 'is-active' || verb === 'status') {
      const active = services.get(name)?.child !== undefined;
      last = { code: active ? 0 : 3, text: active ? 'active' : 'inactive' };
    } else
      return {
        code: 1,
        text: `systemctl ${verb} is refused: an instance of Orrery starts, stops and restarts services, and no more.`,
      };
    if (last.code !== 0) return last;
  }
  return last;
}
