'use strict';
// Runs inside a Lambda sandbox of a runtime provided.*: takes its function over file descriptor 3, puts code and layers
// in place and becomes the executable `bootstrap` of the function or of a layer ("Building a custom runtime").
const { execFileSync } = require('node:child_process');
const { accessSync, constants, readSync } = require('node:fs');

let text = '';
const buffer = Buffer.alloc(65_536);
// The first line tells the Runtime API's address ahead, which the environment repeats; the second is the function.
while (text.split('\n').length < 3) {
  let size = 0;
  try {
    size = readSync(3, buffer);
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    continue;
  }
  if (size === 0) process.exit(0);
  text += buffer.toString('utf8', 0, size);
}
const { environment, mounts } = JSON.parse(text.split('\n')[1]);
if (mounts.length > 0) {
  // Read-only where that may be, as in node-bootstrap.cjs.
  const script = mounts
    .map(
      ([from, at]) =>
        `mkdir -p '${at}' && { mount --bind -o ro '${from}' '${at}' 2>/dev/null || mount --bind '${from}' '${at}'; }`,
    )
    .join(' && ');
  execFileSync('/bin/sh', ['-c', script], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
}
const folders = [
  environment.LAMBDA_TASK_ROOT,
  environment.PATH.split(':')
    .at(-1)
    .replace(/\/bin$/, ''),
];
const program = folders.map((folder) => `${folder}/bootstrap`).find(isExecutable);
if (!program) {
  process.stdout.write(
    `Couldn't find valid bootstrap(s): [${folders.map((folder) => `${folder}/bootstrap`).join(' ')}]\n`,
  );
  process.exit(127);
}
process.chdir(environment.LAMBDA_TASK_ROOT);
process.execve(program, [program], environment);

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
