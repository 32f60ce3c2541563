import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { exceptions } from './tidy-exceptions.ts';

const root = join(import.meta.dirname, '..');
const sources = globSync('{app,blueprints,console,runtime,tests,tools,bench}/**/*.{ts,tsx}', { cwd: root }).filter(
  (file) => !/node_modules|cdk\.out|runtime\/models/.test(file),
);
const product = sources.filter((file) => file.startsWith('runtime/') && !/\.(test|fixture)\.ts$/.test(file));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What each part of runtime/ may import, besides itself. */
const layers: Record<string, string[]> = {
  kernel: [],
  engines: ['kernel', 'data-planes'],
  'data-planes': ['kernel', 'engines'],
  services: ['kernel', 'engines', 'data-planes'],
  cost: ['kernel'],
  'control-plane': ['kernel', 'engines', 'data-planes', 'services', 'cost'],
  cli: ['kernel', 'engines', 'data-planes', 'services', 'control-plane', 'cost'],
};

describe('the tree stays tidy', () => {
  test('imports go one way: kernel, then engines and data planes, services, control plane, command line', () => {
    const wrong: string[] = [];
    for (const file of product) {
      const [, layer = '', service] = file.split('/');
      for (const target of importsOf(file)) {
        const [top, targetLayer = '', targetService] = target.split('/');
        if (top !== 'runtime' || targetLayer === 'models') continue;
        if (targetLayer !== layer && !layers[layer]?.includes(targetLayer)) wrong.push(`${file} imports ${target}`);
        if (layer === 'services' && targetLayer === 'services' && service !== targetService)
          wrong.push(`${file} imports another service: ${target}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  test('time, sleep, chance and identifiers come from the kernel alone', () => {
    const forbidden =
      /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|\bMath\.random\(|\brandomUUID\b|\brandomBytes\b|performance\.now\(/;
    const wrong = product
      .filter((file) => !file.startsWith('runtime/kernel/') && !file.startsWith('runtime/cli/'))
      .filter((file) => forbidden.test(withoutComments(read(file))) && !exceptions.time[file]);
    assert.deepEqual(wrong, []);
  });

  test('no regular expression is made of what a user wrote: engines/patterns matches in linear time', () => {
    const wrong = product.filter((file) => read(file).includes('new RegExp(') && !exceptions.expressions[file]);
    assert.deepEqual(wrong, []);
  });

  test('tables that text is looked up in have no prototype (kernel/lookup-table.ts)', () => {
    const plain = /^(?:export )?const \w+: [^=]*\bRecord<string, .*= (?!lookupTable\()/gm;
    const wrong = product
      .filter((file) => !/-for-tests\.ts$|-worker\.ts$/.test(file))
      .flatMap((file) => [...read(file).matchAll(plain)].map(([line]) => `${file}: ${line}`));
    assert.deepEqual(wrong, []);
  });

  test('a start loads no library that it does not use: packages and the importable form of node:http come on demand', () => {
    // `import type` is not loaded; dns-packet answers from the start, and a worker has a start of its own.
    const eager = /^import (?!type )(?:[^;]*? from )?'(?:node:https?|[^.n][^']*|n(?!ode:)[^']*)'/gm;
    const shipped = product.filter((file) => !/-for-tests\.ts$|\/test-[\w-]+\.ts$|-worker\.ts$/.test(file));
    const wrong = shipped.flatMap((file) =>
      [...read(file).matchAll(eager)]
        .map(([line]) => `${file}: ${line}`)
        .filter((line) => !line.includes("'dns-packet'")),
    );
    assert.deepEqual(wrong, []);
  });

  test('no file is named utils, helpers, common, manager or models', () => {
    assert.deepEqual(
      sources.filter(
        (file) =>
          /(^|\/)(utils?|helpers?|common|managers?|models?)\.tsx?$/.test(file) &&
          file !== 'runtime/control-plane/protocols/model.ts',
      ),
      [],
    );
  });

  test('files have at most 400 lines', () => {
    const long = sources
      .map((file) => [file, read(file).split('\n').length] as const)
      .filter(([file, lines]) => lines > (exceptions.lines[file] ?? 400));
    assert.deepEqual(long, []);
  });

  test('functions of the product have at most 70 lines', () => {
    const long = product.flatMap((file) =>
      longFunctions(read(file)).map(([name, lines]) => `${file} ${name}: ${lines} lines`),
    );
    assert.deepEqual(
      long.filter((entry) => !exceptions.functions[entry.split(':')[0] ?? '']),
      [],
    );
  });

  test('every exception is still needed', () => {
    const unneeded = [exceptions.lines, exceptions.time, exceptions.expressions]
      .flatMap(Object.keys)
      .filter((file) => !sources.includes(file));
    assert.deepEqual(unneeded, []);
  });
});

function importsOf(file: string): string[] {
  return [...read(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    relative(root, join(root, dirname(file), path)),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** Named functions and methods by their braces at the same indentation, which the formatter guarantees. */
function longFunctions(text: string): [string, number][] {
  const lines = text.split('\n');
  const found: [string, number][] = [];
  lines.forEach((line, start) => {
    const match = /^( *)(?:export )?(?:async )?(?:function\*? (\w+)|(?:static )?(?:async )?[*#]*(\w+)\(.*\).*\{$)/.exec(
      line,
    );
    const name = match?.[2] ?? match?.[3];
    if (!match || !name || /^(if|for|while|switch|catch|return)$/.test(name)) return;
    const end = lines.findIndex((other, index) => index > start && other.startsWith(`${match[1]}}`));
    if (end - start + 1 > 70) found.push([name, end - start + 1]);
  });
  return found;
}
