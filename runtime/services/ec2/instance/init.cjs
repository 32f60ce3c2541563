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
const { startEnabled, stopAll } = require('./supervisor.cjs');

const cloud = '/var/lib/cloud/instance';

// On Amazon Linux aws-cfn-bootstrap has a folder of its own.
for (const [from, to] of [
  ['bin', '/usr/local/bin'],
  ['cfn', '/opt/aws/bin'],
]) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(`/run/orrery/${from}`)) {
    rmSync(`${to}/${name}`, { force: true });
    writeFileSync(`${to}/${name}`, readFileSync(`/run/orrery/${from}/${name}`));
    chmodSync(`${to}/${name}`, 0o755);
  }
}
createServer((socket) => {
  socket.setEncoding('utf8');
  socket.once('data', (line) => {
    const failed = (error) => ({ code: 1, text: error.message });
    void answer(JSON.parse(line))
      .catch(failed)
      .then((told) => socket.end(`${JSON.stringify(told)}\n`));
  });
  socket.on('error', () => undefined);
}).listen('/run/systemctl.sock', boot);

async function boot() {
  console.log(`[    0.000000] ${readFileSync('/etc/hostname', 'utf8').trim()} booted`);
  await startEnabled();
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
  // `exit` and not `close`: what UserData leaves running in the background keeps its output open.
  child.once('exit', (code, signal) => {
    if (code !== 0) log(`cloud-init: UserData failed with ${signal ?? `exit status ${code}`}\n`);
    writeFileSync(`${cloud}/boot-finished`, '');
    setImmediate(ready);
  });
}

function ready() {
  console.log('Cloud-init finished.');
}

/** Stopping the instance is a shutdown: services are asked to end, in the time the machine gives. */
process.on('SIGTERM', async () => {
  await stopAll();
  process.exit(0);
});
