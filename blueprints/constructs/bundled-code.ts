import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { AssetOptions } from 'aws-cdk-lib/aws-s3-assets';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { buildSync } from 'esbuild';

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The code of a Lambda function: one TypeScript entry and all it imports, the AWS SDK too, in one minified file
 * `index.js`, with its source map beside it. The files of `folder` that `wanted` accepts are copied there too, under the
 * folder's name.
 */
export function bundledCode(entry: string, beside?: { folder: string; wanted: (name: string) => boolean }): Code {
  return Code.fromAsset(dirname(entry), bundling({ index: entry }, beside));
}

/**
 * Asset options that bundle each entry into `NAME.js`. esbuild is called through its own API: NodejsFunction would start
 * it through npx, a second for each function. The asset's hash is that of the output, and paths in the source map start
 * at the project's folder, so that the same sources make the same template on every machine.
 */
export function bundling(
  entries: Readonly<Record<string, string>>,
  beside?: { folder: string; wanted: (name: string) => boolean },
): AssetOptions {
  return {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-used'),
      // The CDK bundles once per distinct set of these options; the entries make them distinct.
      command: Object.values(entries).map((entry) => relative(projectFolder, entry)),
      local: {
        tryBundle(outputFolder) {
          bundle(entries, outputFolder);
          if (beside) copy(beside, outputFolder);
          return true;
        },
      },
    },
  };
}

/**
 * CommonJS, because it starts in four fifths of the time ESM takes (75 against 95 ms for the API handler); tree shaking
 * is the same, since the inputs are ESM. The map is for reading a stack trace afterwards: `--enable-source-maps` would
 * load it at each cold start, for another 25 ms of a whole processor, of which 256 MB of memory buy a seventh.
 */
function bundle(entries: Readonly<Record<string, string>>, outputFolder: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: projectFolder,
    entryPoints: { ...entries },
    outdir: projectFolder,
    write: false,
    bundle: true,
    minify: true,
    // Stack traces name functions and error classes in the logs.
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    // pg looks for its native binding, which nobody installed, only when asked to.
    external: ['pg-native'],
    logLevel: 'warning',
  });
  mkdirSync(outputFolder, { recursive: true });
  for (const file of outputFiles) writeFileSync(join(outputFolder, basename(file.path)), file.contents);
}

function copy({ folder, wanted }: { folder: string; wanted: (name: string) => boolean }, outputFolder: string): void {
  const filter = (source: string) => statSync(source).isDirectory() || wanted(basename(source));
  cpSync(folder, join(outputFolder, basename(folder)), { recursive: true, filter });
}
