import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { PersonError } from '../../kernel/errors.ts';
import { synthesisFailed } from './synthesis-failed.ts';

export interface SynthesisRequest {
  /** Folder with cdk.json. */
  folder: string;
  /** Keeps assemblies by the hash of what they were made from. */
  cacheDir: string;
  context?: Record<string, string>;
  account: string;
  region: string;
  onNote(text: string): void;
}

interface CdkJson {
  app?: string;
  context?: Record<string, unknown>;
}

/**
 * Runs a CDK app as the CDK CLI does (its `app` command with CDK_OUTDIR and CDK_CONTEXT_JSON) and gives the folder of
 * the assembly. Skipped when neither the app's files nor its context have changed since the last time.
 */
export async function synthesize(request: SynthesisRequest): Promise<string> {
  const cdkJson = readCdkJson(request.folder);
  if (!cdkJson.app) {
    throw new PersonError(
      'no-app',
      `${join(request.folder, 'cdk.json')} has no "app" command.`,
      'Add it, e.g. "app": "npx ts-node bin/app.ts".',
    );
  }
  const context = { 'aws:cdk:disable-version-reporting': true, ...cdkJson.context, ...request.context };
  const outDir = join(request.cacheDir, digest(request, context));
  if (existsSync(join(outDir, 'manifest.json'))) return outDir;
  request.onNote(`Synthesising the CDK app in ${request.folder} …`);
  const working = `${outDir}.tmp-${process.pid}`;
  rmSync(working, { recursive: true, force: true });
  mkdirSync(working, { recursive: true });
  const { code, output } = await run(cdkJson.app, request, context, working);
  if (code !== 0 || !existsSync(join(working, 'manifest.json'))) {
    rmSync(working, { recursive: true, force: true });
    throw synthesisFailed(request.folder, cdkJson.app, { code, output });
  }
  keepNewest(request.cacheDir, 4);
  putInPlace(working, outDir);
  return outDir;
}

/** Another process may have made the same assembly meanwhile: then that one serves. */
function putInPlace(working: string, outDir: string): void {
  try {
    renameSync(working, outDir);
  } catch (error) {
    if (!existsSync(join(outDir, 'manifest.json'))) throw error;
    rmSync(working, { recursive: true, force: true });
  }
}

function readCdkJson(folder: string): CdkJson {
  const file = join(folder, 'cdk.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as CdkJson;
  } catch (error) {
    throw new PersonError('cdk-json-broken', `${file} cannot be read: ${(error as Error).message}.`, 'Mend the JSON.');
  }
}

function run(
  app: string,
  request: SynthesisRequest,
  context: object,
  outDir: string,
): Promise<{ code: number; output: string }> {
  const child = spawn(app, {
    cwd: request.folder,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: [dirname(process.execPath), join(request.folder, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_DEFAULT_ACCOUNT: request.account,
      CDK_DEFAULT_REGION: request.region,
      CDK_VALIDATION: 'false',
      CDK_CLI_ASM_VERSION: '48.0.0',
      CDK_CLI_VERSION: '2.1148.1',
    },
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Of names, sizes and times of every file the app may read: its own folder, and the packages' lock file. */
function digest(request: SynthesisRequest, context: object): string {
  const hash = createHash('sha256').update(JSON.stringify([request.folder, context, request.account, request.region]));
  const roots = [request.folder, ...siblings(request.folder)];
  for (const root of roots) hashFolder(hash, root);
  return hash.digest('hex').slice(0, 24);
}

/** A monorepo's app reads its neighbours; git's root, if there is one, bounds them. */
function siblings(folder: string): string[] {
  const parent = dirname(folder);
  if (!existsSync(join(parent, '.git')) && !existsSync(join(parent, 'package.json'))) return [];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) =>
      entry.isDirectory()
        ? !ignored(entry.name) && entry.name !== 'runtime' && entry.name !== 'tests'
        : entry.name === 'package-lock.json',
    )
    .map((entry) => join(parent, entry.name))
    .filter((path) => path !== folder)
    .slice(0, 50);
}

function ignored(name: string): boolean {
  return (
    name.startsWith('.') || name === 'node_modules' || name === 'cdk.out' || name === 'dist' || name === 'coverage'
  );
}

function hashFolder(hash: ReturnType<typeof createHash>, path: string): void {
  const info = statSync(path);
  if (info.isFile()) {
    hash.update(`${path}:${info.size}:${info.mtimeMs}\n`);
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (!ignored(entry.name) && (entry.isDirectory() || entry.isFile())) hashFolder(hash, join(path, entry.name));
  }
}

function keepNewest(folder: string, count: number): void {
  const entries = readdirSync(folder)
    .filter((name) => !name.includes('.tmp-'))
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of entries.sort((a, b) => b.time - a.time).slice(count))
    rmSync(path, { recursive: true, force: true });
}
