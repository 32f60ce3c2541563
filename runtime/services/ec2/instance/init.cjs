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
const { answer } = require('./systemctl.cjs');
const { leadLocalhost } = require('./localhost-names.cjs');
const { hasOwnRoot, lead, oneUser } = require('./root.cjs');
const { startEnabled, stopAll } = require('./supervisor.cjs');

const cloud = lead('/var/lib/cloud/instance');

// On Amazon Linux aws-cfn-bootstrap has a folder of its own.
for (const [from, to] of [
  ['bin', '/usr/local/bin'],
  ['cfn', '/opt/aws/bin'],
]) {
  const folder = lead(to);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(`${__dirname}/${from}`)) {
    rmSync(`${folder}/${name}`, { force: true });
    writeFileSync(`${folder}/${name}`, lead(readFileSync(`${__dirname}/${from}/${name}`, 'utf8')));
    chmodSync(`${folder}/${name}`, 0o755);
  }
}
leadLocalhost();
const server = createServer((socket) => {
  socket.setEncoding('utf8');
  socket.once('data', (line) => {
    const failed = (error) => ({ code: 1, text: error.message });
    void answer(JSON.parse(line))
      .catch(failed)
      .then((told) => socket.end(`${JSON.stringify(told)}\n`));
  });
  socket.on('error', () => undefined);
});
rmSync(lead('/run/systemctl.sock'), { force: true });
server.listen(lead('/run/systemctl.sock'), boot);

async function boot() {
  console.log(`[    0.000000] ${readFileSync(lead('/etc/hostname'), 'utf8').trim()} booted`);
  for (const line of lacking()) console.log(line);
  await startEnabled();
  const given = `${cloud}/user-data.txt`;
  if (!existsSync(given) || existsSync(`${cloud}/boot-finished`)) return ready();
  const script = `${cloud}/script`;
  writeFileSync(script, lead(readFileSync(given, 'latin1')), 'latin1');
  chmodSync(script, 0o700);
  const child = spawn(script, [], { cwd: lead('/root').replace(/^\/root$/, '/'), stdio: ['ignore', 'pipe', 'pipe'] });
  const log = (chunk) => {
    process.stdout.write(chunk);
    appendFileSync(lead('/var/log/cloud-init-output.log'), chunk);
  };
  child.stdout.on('data', log);
  child.stderr.on('data', log);
  child.once('error', (error) => log(`cloud-init: UserData could not be run: ${error.message}\n`));
  // `exit` and not `close`: what UserData leaves running in the background keeps its output open.
  child.once('exit', (code, signal) => {
    if (code !== 0) log(`cloud-init: UserData failed with ${signal ?? `exit status ${code}`}\n`);
    writeFileSync(`${cloud}/boot-finished`, '');
    setImmediate(ready);
  });
}

/** What this level does not do is on the console from the first line on. */
function lacking() {
  if (!oneUser) return [];
  return [
    'orrery: level loopback: programs of instances reach one another, and this machine, past every security group; the groups',
    'orrery: count at load balancers, at databases and where functions connect. Node and Python have the address of the',
    'orrery: instance; other servers listen where they say. Everything runs as one user of this machine.',
    ...(hasOwnRoot
      ? []
      : [
          'orrery: there is no root around this instance: paths in UserData, unit files and cfn-init are led to its folder,',
          'orrery: those that programs open by themselves are this machine’s.',
        ]),
  ];
}

function ready() {
  console.log('Cloud-init finished.');
}

/** Stopping the instance is a shutdown: services are asked to end, in the time the machine gives. */
process.on('SIGTERM', async () => {
  await stopAll();
  process.exit(0);
});
