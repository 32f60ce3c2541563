/**
 * Extracts the API models from the AWS SDK for JavaScript (the installed devDependencies `@aws-sdk/client-*`) into
 * runtime/models/: one JSON a service and an index for routing; beside them those that extract-models/described has by
 * hand. Run at every start; does nothing while the models are newer than the lock file and this tool. `node tools/extract-models.ts sqs s3` extracts these again, whatever their age.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelIndexEntry } from '../runtime/control-plane/protocols/model.ts';
import { extractClient, serviceName } from './extract-models/client.ts';
import * as fis from './extract-models/described/fis.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'runtime', 'models');
const indexFile = join(target, 'index.json');

/** Services whose API is written down here, since no SDK package of today has it. */
const described = { fis };

const asked = process.argv.slice(2);
const packages = installedClients();
if (asked.length > 0)
  await extract(
    packages.filter((name) => asked.includes(serviceName(name))),
    readIndex(),
  );
else if (!upToDate()) {
  process.stderr.write(`Extracting the API models of ${packages.length} services from the AWS SDK …\n`);
  await extract(packages, {});
  removeOthers([...packages.map(serviceName), ...Object.keys(described)]);
}

function installedClients(): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return Object.keys(manifest.devDependencies).filter((name) => name.startsWith('@aws-sdk/client-'));
}

function upToDate(): boolean {
  if (!existsSync(indexFile)) return false;
  const made = statSync(indexFile).mtimeMs;
  const parts = join(import.meta.dirname, 'extract-models');
  const sources = [
    join(root, 'package-lock.json'),
    import.meta.filename,
    ...readdirSync(parts, { recursive: true, encoding: 'utf8' }).map((file) => join(parts, file)),
  ];
  return sources.every((source) => !existsSync(source) || statSync(source).mtimeMs <= made);
}

/** The index last: it is what tells that the models are there. */
async function extract(names: string[], index: Record<string, ModelIndexEntry>): Promise<void> {
  mkdirSync(target, { recursive: true });
  for (const name of names) {
    const { service, entry, model } = await extractClient(name);
    write(join(target, `${service}.json`), JSON.stringify(model));
    index[service] = entry;
  }
  for (const [service, { entry, model }] of Object.entries(described)) {
    write(join(target, `${service}.json`), JSON.stringify(model));
    index[service] = entry;
  }
  write(indexFile, JSON.stringify(index, null, 1));
}

/** A runtime that reads at this moment finds the old file or the new one, never half of it. */
function write(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

function readIndex(): Record<string, ModelIndexEntry> {
  return existsSync(indexFile) ? (JSON.parse(readFileSync(indexFile, 'utf8')) as Record<string, ModelIndexEntry>) : {};
}

function removeOthers(services: string[]): void {
  const kept = new Set(['index.json', ...services.map((service) => `${service}.json`)]);
  for (const file of readdirSync(target)) if (!kept.has(file)) rmSync(join(target, file));
}
