/**
 * Builds the console's page from console/ into dist/console/, which the runtime serves at /_orrery/. Run by the launcher and by
 * browser tests; when nothing it is made from has changed, it has nothing to do. See decisions/0024.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const out = join(dist, 'console');
const stamp = join(out, 'made-from');

const hash = hashOfSources();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) await make();

async function make(): Promise<void> {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  const made = join(dist, `console-${process.pid}`);
  await build({
    root: join(root, 'console'),
    base: '/_orrery/',
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: made,
      emptyOutDir: true,
      target: 'es2023',
      // Nothing inline: the page's policy allows files of its own alone.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
    },
  });
  writeFileSync(join(made, 'made-from'), hash);
  // Another process may have been quicker.
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return rmSync(made, { recursive: true });
  rmSync(out, { recursive: true, force: true });
  renameSync(made, out);
}

function hashOfSources(): string {
  const sum = createHash('sha256');
  const sources = globSync('console/**/*.{ts,tsx,css,html,svg}', { cwd: root });
  for (const file of ['package-lock.json', 'tools/console.ts', ...sources.sort()])
    sum.update(`${file}\n`).update(readFileSync(join(root, file)));
  return sum.digest('hex');
}
