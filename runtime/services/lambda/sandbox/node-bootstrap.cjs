'use strict';
// Runs inside a Lambda sandbox, in place of AWS's Node.js runtime: takes its function over file descriptor 3 (it may
// have been started before its function was known), loads the handler and asks the Runtime API for invocations
// ("Using the Lambda runtime API for custom runtimes"). Plain JavaScript: types would have to be stripped at each start.
const net = require('node:net');
const http = require('node:http');
const module_ = require('node:module');
const { execFileSync } = require('node:child_process');
const { pathToFileURL } = require('node:url');
const clock = require('./node-clock.cjs');
const console_ = require('./node-console.cjs');
const { load } = require('./node-handler.cjs');
const { invoke, describe } = require('./node-invocation.cjs');

const control = new net.Socket({ fd: 3 });
let received = '';
control.on('data', function take(chunk) {
  received += chunk;
  const end = received.indexOf('\n');
  if (end === -1) return;
  control.removeListener('data', take);
  control.resume();
  control.unref();
  run(JSON.parse(received.slice(0, end)));
});
// The other end is the runtime: when it is gone, there is nobody to work for.
control.on('close', () => process.exit(0));
control.on('error', () => process.exit(0));

async function run({ environment, mounts, cacheFolder }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  if (mounts.length > 0) mount(mounts);
  process.chdir(process.env.LAMBDA_TASK_ROOT);
  module_.Module._initPaths();
  module_.registerHooks({ resolve: resolveInNodePath });
  if (cacheFolder) module_.enableCompileCache(cacheFolder);
  const api = connect(process.env.AWS_LAMBDA_RUNTIME_API);
  const log = console_.install(environment);
  clock.install();
  let handler;
  try {
    handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    log.failure('Uncaught Exception', error);
    const told = describe(error);
    await api.post('/init/error', JSON.stringify(told), { 'Lambda-Runtime-Function-Error-Type': told.errorType });
    process.exit(1);
  }
  if (cacheFolder) module_.flushCompileCache?.();
  for (;;) {
    const invocation = await api.next();
    await invoke(handler, invocation, { api, log, clock });
  }
}

function mount(mounts) {
  const script = mounts.map(([from, at]) => `mkdir -p '${at}' && mount --bind '${from}' '${at}'`).join(' && ');
  execFileSync('/bin/sh', ['-c', script], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
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

function connect(address) {
  const [host, port] = address.split(':');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const base = { host, port, agent };
  const prefix = '/2018-06-01/runtime';
  return {
    next: () =>
      new Promise((resolve, reject) => {
        const request = http.request({ ...base, path: `${prefix}/invocation/next` }, (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => resolve({ headers: response.headers, payload: Buffer.concat(chunks) }));
          response.on('error', reject);
        });
        request.on('error', () => process.exit(0));
        request.end();
      }),
    post: (path, body, headers = {}) =>
      new Promise((resolve) => {
        const bytes = Buffer.from(body);
        const request = http.request({
          ...base,
          method: 'POST',
          path: prefix + path,
          headers: { 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...headers },
        });
        request.on('response', (response) => response.resume().on('end', resolve));
        request.on('error', () => process.exit(0));
        request.end(bytes);
      }),
    /** A response that is sent while it is made: chunked, errors in trailers. */
    stream: (path, headers) => {
      const request = http.request({
        ...base,
        method: 'POST',
        path: prefix + path,
        headers: {
          'Lambda-Runtime-Function-Response-Mode': 'streaming',
          'Transfer-Encoding': 'chunked',
          Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
          ...headers,
        },
      });
      request.on('response', (response) => response.resume());
      request.on('error', () => process.exit(0));
      return request;
    },
  };
}
