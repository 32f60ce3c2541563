'use strict';
// Runs inside a Lambda sandbox, in place of AWS's Node.js runtime: takes its function over file descriptor 3 (it may
// have been started before its function was known), loads the handler and asks the Runtime API for invocations
// ("Using the Lambda runtime API for custom runtimes"). Plain JavaScript: types would have to be stripped at each start.
const net = require('node:net');
const module_ = require('node:module');
const { spawnSync } = require('node:child_process');
const { mkdirSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const clock = require('./node-clock.cjs');
const console_ = require('./node-console.cjs');
const { load } = require('./node-handler.cjs');
const { invoke, describe } = require('./node-invocation.cjs');
const { connect } = require('./node-runtime-api.cjs');
const missingSdk = require('./node-missing-sdk.cjs');
const names = require('./node-names.cjs');

const control = new net.Socket({ fd: 3 });
let received = '';
let api;
control.on('data', (chunk) => {
  received += chunk;
  for (let end = received.indexOf('\n'); end !== -1; end = received.indexOf('\n')) {
    const message = JSON.parse(received.slice(0, end));
    received = received.slice(end + 1);
    if (message.runtimeApi) prepare(message.runtimeApi);
    else run(message);
  }
});
// The other end is the runtime: when it is gone, there is nobody to work for.
control.on('close', () => process.exit(0));
control.on('error', () => process.exit(0));

/** What can be done before the function is known: each of these takes milliseconds the first time. */
function prepare(address) {
  api = connect(address);
  warmed = Promise.all([api.warm(), import('data:text/javascript,export default 0')]);
  spawnSync('/bin/true');
  const headers = { 'lambda-runtime-deadline-ms': '0' };
  const nowhere = { api: { post: () => undefined }, log: console_.silent, clock: { shift: () => undefined } };
  void invoke(async () => null, { headers, payload: Buffer.from('{}') }, nowhere);
}

let warmed;

async function run({ environment, mounts, cacheFolder }) {
  control.unref();
  await warmed;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  for (const [from, at] of mounts) mount(from, at);
  process.chdir(process.env.LAMBDA_TASK_ROOT);
  module_.Module._initPaths();
  module_.registerHooks({ resolve: resolveInNodePath });
  if (cacheFolder) module_.enableCompileCache(cacheFolder);
  const log = console_.install(environment);
  clock.install();
  names.install();
  missingSdk.install();
  let handler;
  try {
    handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    log.failure('Uncaught Exception', error);
    const told = describe(error);
    await api.post('/init/error', JSON.stringify(told), { 'Lambda-Runtime-Function-Error-Type': told.errorType });
    process.exit(1);
  }
  let first = true;
  for (;;) {
    const invocation = await api.next();
    await invoke(handler, invocation, { api, log, clock });
    // Also what the first invocation compiled; it is not written by itself, for the process is killed at its end.
    if (first) setImmediate(() => module_.flushCompileCache());
    first = false;
  }
}

/** Read-only as at AWS, and because other environments read the same folder; a user's own namespace may not always do that. */
function mount(from, at) {
  mkdirSync(at, { recursive: true });
  const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };
  if (spawnSync('mount', ['--bind', '-o', 'ro', from, at], { env }).status === 0) return;
  const { status, stderr } = spawnSync('mount', ['--bind', from, at], { env });
  if (status !== 0) throw new Error(`${at} cannot be put in place: ${stderr}`);
}

/** What a bare import does not find from the function's own folder is looked for along NODE_PATH, as AWS's loader does. */
function resolveInNodePath(specifier, context, nextResolve) {
  try {
    return nextResolve(specifier, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^[a-z]+:/.test(specifier)) throw error;
    for (const folder of (process.env.NODE_PATH || '').split(':')) {
      try {
        return nextResolve(specifier, {
          ...context,
          parentURL: pathToFileURL(`${folder.replace(/\/node_modules$/, '')}/`).href,
        });
      } catch {
        // Looked for in the next folder.
      }
    }
    throw error;
  }
}
