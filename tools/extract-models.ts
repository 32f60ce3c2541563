/**
 * Extracts the API models from the AWS SDK for JavaScript (the installed devDependencies `@aws-sdk/client-*`) into
 * runtime/models/: one JSON a service and an index for routing. Run at every start; does nothing while the models are
 * newer than the lock file and this tool.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractClient } from './extract-models/client.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'runtime', 'models');

if (!upToDate()) await extractAll();

function upToDate(): boolean {
  const index = join(target, 'index.json');
  if (!existsSync(index)) return false;
  const made = statSync(index).mtimeMs;
  const sources = [
    join(root, 'package-lock.json'),
    import.meta.filename,
    ...readdirSync(join(import.meta.dirname, 'extract-models')).map((file) => join(import.meta.dirname, 'extract-models', file)),
  ];
  return sources.every((source) => !existsSync(source) || statSync(source).mtimeMs <= made);
}

async function extractAll(): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
  const packages = Object.keys(manifest.devDependencies).filter((name) => name.startsWith('@aws-sdk/client-'));
  process.stderr.write(`Extracting the API models of ${packages.length} services from the AWS SDK …\n`);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const index: Record<string, unknown> = {};
  for (const name of packages) {
    const { service, entry, model } = await extractClient(name);
    writeFileSync(join(target, `${service}.json`), JSON.stringify(model));
    index[service] = entry;
  }
  writeFileSync(join(target, 'index.json'), JSON.stringify(index, null, 1));
}
