/**
 * Joins the runtime's files into a few under dist/, which `orrery` runs: Node asks the disk several things about each module
 * it loads, and for more than a thousand of them that is most of a start. Every service stays a file of its own, loaded when
 * the registry asks for it. What is read beside the sources (models, prices, workers) stays there. Run by the launcher when
 * a source is newer than dist/current.json; the file is written last and names the folder to run.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
/** Cleared of earlier builds but for these: a runtime in the background may still load a command or a service from its own. */
const buildsKept = 3;

const madeMs = Date.now();
const name = `${madeMs}-${process.pid}`;
await build({
  absWorkingDir: root,
  entryPoints: ['runtime/cli/main.ts'],
  outbase: 'runtime',
  outdir: join(dist, name),
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node22',
  logLevel: 'warning',
  plugins: [placesOfSources()],
});
writeFileSync(join(dist, name, 'package.json'), '{"type":"module"}\n');
const unfinished = join(dist, `${name}.json`);
const main = join(dist, name, 'cli', 'main.js');
writeFileSync(unfinished, JSON.stringify({ root, madeMs, node: process.execPath, main }));
renameSync(unfinished, join(dist, 'current.json'));
removeOlder();

/** A module goes on to find what lies beside its source. */
function placesOfSources(): Plugin {
  return {
    name: 'places-of-sources',
    setup(builder) {
      builder.onLoad({ filter: /[\\/]runtime[\\/].*\.ts$/ }, ({ path }) => ({
        loader: 'ts',
        contents: readFileSync(path, 'utf8')
          .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
          .replaceAll('import.meta.filename', JSON.stringify(path))
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      }));
    },
  };
}

function removeOlder(): void {
  mkdirSync(dist, { recursive: true });
  const builds = readdirSync(dist)
    .filter((entry) => /^\d+-\d+$/.test(entry))
    .sort((a, b) => statSync(join(dist, b)).mtimeMs - statSync(join(dist, a)).mtimeMs);
  for (const old of builds.slice(buildsKept)) rmSync(join(dist, old), { recursive: true, force: true });
}
