'use strict';
// Finds the handler that `_HANDLER` names: a/b.c.handler is export c.handler of a/b.
const { existsSync, readFileSync } = require('node:fs');
const { basename, dirname, join, resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const { streamingMark } = require('./node-streaming.cjs');

exports.load = async function load(taskRoot, handlerName) {
  const name = basename(handlerName);
  const dot = name.indexOf('.');
  if (dot === -1 || handlerName.includes('..'))
    throw named('Runtime.MalformedHandlerName', `Bad handler ${handlerName}`);
  const stem = handlerName.slice(0, handlerName.length - name.length) + name.slice(0, dot);
  const path = name.slice(dot + 1);
  let value = await importModule(resolve(taskRoot, stem), stem);
  for (const step of path.split('.')) value = value?.[step];
  if (value === undefined) throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (typeof value !== 'function') throw named('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  if (process.env.AWS_EXECUTION_ENV === 'AWS_Lambda_nodejs24.x' && value.length >= 3 && !value[streamingMark]) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  }
  return value;
};

async function importModule(path, stem) {
  const file = [path, `${path}.js`, `${path}.mjs`, `${path}.cjs`, `${path}/index.js`].find(isFile);
  if (!file)
    throw named(
      'Runtime.ImportModuleError',
      `Error: Cannot find module '${stem}'\nRequire stack:\n- /var/runtime/index.mjs`,
    );
  try {
    return isModule(file) ? await import(pathToFileURL(file).href) : await requireOrImport(file);
  } catch (error) {
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw named('Runtime.ImportModuleError', `Error: ${error.message}`, error);
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error), error);
    throw error;
  }
}

/** CommonJS, or what Node finds to be a module by its syntax; one that awaits at its top can only be imported. */
async function requireOrImport(file) {
  try {
    return require(file);
  } catch (error) {
    if (error?.code === 'ERR_REQUIRE_ASYNC_MODULE' || error?.code === 'ERR_REQUIRE_ESM')
      return import(pathToFileURL(file).href);
    throw error;
  }
}

function isFile(path) {
  return existsSync(path) && /\.(c|m)?js$/.test(path);
}

function isModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
    if (folder === dirname(folder) || basename(folder) === 'node_modules') return false;
  }
}

/** The cause's calls; not the line of source before them, which of minified code is everything. */
function named(name, message, cause) {
  const error = new Error(message);
  error.name = name;
  const calls = cause?.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  if (cause) error.stack = [`${name}: ${message}`, ...calls].join('\n');
  return error;
}
