import { createHash, createHmac } from 'node:crypto';
import { type Context, constants, createContext, runInContext, Script } from 'node:vm';
import { parentPort } from 'node:worker_threads';

/** The other side of function-runner.ts: one thread, in which every call gets a context of its own. */

interface Call {
  id: number;
  code: string;
  runtime: string;
  /** JSON. */
  event: string;
  limitMs: number;
}

const scripts = new Map<string, Script>();
const scriptsKept = 200;

parentPort?.on('message', (call: Call) => {
  void answer(call).then((result) => parentPort?.postMessage({ id: call.id, ...result }));
});

async function answer(call: Call) {
  const started = performance.now();
  let context: Context | undefined;
  try {
    context = freshContext();
    scriptOf(call.code).runInContext(context, { timeout: call.limitMs });
    // Promises are resolved inside the time limit too, for the context has a microtask queue of its own.
    runInContext(`__start(${JSON.stringify(call.event)})`, context, { timeout: call.limitMs });
    const outcome = JSON.parse(runInContext('__outcome()', context, { timeout: call.limitMs }) as string) as Outcome;
    return {
      output: outcome.output,
      error: outcome.error,
      logs: outcome.logs,
      computeUtilization: utilization(started, call),
    };
  } catch (error) {
    return {
      output: undefined,
      error: describe(error),
      logs: context ? logsOf(context) : [],
      computeUtilization: utilization(started, call),
    };
  }
}

interface Outcome {
  output: unknown;
  error: string | undefined;
  logs: string[];
}

function utilization(started: number, call: Call): number {
  return Math.min(100, Math.round(((performance.now() - started) / call.limitMs) * 100));
}

function logsOf(context: Context): string[] {
  try {
    return JSON.parse(runInContext('JSON.stringify(__logs)', context, { timeout: 10 }) as string) as string[];
  } catch {
    return [];
  }
}

/** A vanilla global: no object of this thread's realm is reachable from inside but through closures that give strings. */
function freshContext(): Context {
  const context = createContext(constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: 'afterEvaluate',
  });
  const install = runInContext(prelude, context) as (digest: typeof digestOf) => void;
  install(digestOf);
  return context;
}

/** Gives text, never an object or an exception, whose constructors would lead out of the context. */
function digestOf(algorithm: string, key: string, hasKey: boolean, data: string, encoding: string): string {
  try {
    const hash = hasKey ? createHmac(String(algorithm), String(key)) : createHash(String(algorithm));
    return `ok:${hash.update(String(data)).digest(encoding === 'base64' || encoding === 'base64url' ? encoding : 'hex')}`;
  } catch (error) {
    return `error:${(error as Error).message}`;
  }
}

/** Compiles once; `import x from 'crypto'` is the module form of require ("JavaScript runtime 2.0 features"). */
function scriptOf(code: string): Script {
  const known = scripts.get(code);
  if (known) return known;
  const source = code.replace(/^\s*import\s+(\w+)\s+from\s+(['"][\w-]+['"])\s*;?/gm, 'const $1 = require($2);');
  const script = new Script(`${source}\n;globalThis.__handler = typeof handler === 'function' ? handler : undefined;`, {
    filename: 'function.js',
  });
  if (scripts.size >= scriptsKept) scripts.clear();
  scripts.set(code, script);
  return script;
}

function describe(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
    return 'The function exceeded its compute time.';
  }
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? String((error as Error).message)
    : String(error);
}

/** What the runtime offers inside: console.log, require('crypto') and require('querystring'). */
const prelude = `(function (digest) {
  const logs = [];
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, enumerable: false });
  const text = (value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
  const log = (...values) => { if (logs.length < 100) logs.push(values.map(text).join(' ')); };
  const hasher = (algorithm, key, hasKey) => {
    let data = '';
    return {
      update(part) { data += part; return this; },
      digest(encoding) {
        const answer = digest(algorithm, key, hasKey, data, encoding || 'hex');
        if (answer.startsWith('error:')) throw new Error(answer.slice(6));
        return answer.slice(3);
      },
    };
  };
  const crypto = {
    createHash: (algorithm) => hasher(algorithm, '', false),
    createHmac: (algorithm, key) => hasher(algorithm, String(key), true),
  };
  const querystring = {
    parse(source) {
      const result = {};
      for (const pair of String(source).split('&')) {
        if (!pair) continue;
        const at = pair.indexOf('=');
        const name = decodeURIComponent(at < 0 ? pair : pair.slice(0, at));
        const value = at < 0 ? '' : decodeURIComponent(pair.slice(at + 1));
        result[name] = Object.hasOwn(result, name) ? [].concat(result[name], value) : value;
      }
      return result;
    },
    stringify(object) {
      return Object.keys(object).flatMap((name) => [].concat(object[name])
        .map((value) => encodeURIComponent(name) + '=' + encodeURIComponent(value))).join('&');
    },
    escape: encodeURIComponent,
    unescape: decodeURIComponent,
  };
  let output; let error; let settled = false;
  define('__logs', logs);
  define('console', { log, info: log, warn: log, error: log, debug: log });
  define('require', (name) => {
    if (name === 'crypto') return crypto;
    if (name === 'querystring') return querystring;
    if (name === 'cloudfront') throw new Error('The module cloudfront (KeyValueStore, origin modification) is refused: Orrery does not run it yet.');
    throw new Error('Cannot find module ' + name);
  });
  define('__start', (event) => {
    if (!globalThis.__handler) throw new Error('The function has no handler.');
    Promise.resolve(globalThis.__handler(JSON.parse(event))).then(
      (value) => { output = value; settled = true; },
      (reason) => { error = String((reason && reason.message) || reason); settled = true; },
    );
  });
  define('__outcome', () => {
    if (!settled) error = 'The function did not come to an end.';
    return JSON.stringify({ output, error, logs });
  });
})`;
