/** What holds of every stack: no linter objects, and the app command makes the same template anywhere. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { App } from 'aws-cdk-lib/core';
import { cfnLint, skipWithout } from '../tests/tools.fixture.ts';
import { ServerlessOrders } from './stacks/serverless-orders.ts';
import { WebClassic } from './stacks/web-classic.ts';
import { synthesised } from './synthesised.ts';

const systems: Record<string, (app: App) => unknown> = {
  'serverless-orders': (app) => new ServerlessOrders(app, 'serverless-orders'),
  'web-classic': (app) => new WebClassic(app, 'web-classic'),
};

for (const [name, make] of Object.entries(systems))
  describe(`the template of ${name}`, { concurrency: true }, () => {
    const { template, templateFile, findings, outputFolder } = synthesised(make);
    const scratch = mkdtempSync(join(tmpdir(), 'blueprint-'));
    after(() => {
      for (const folder of [outputFolder, scratch]) rmSync(folder, { recursive: true, force: true });
    });

    test('is clean under cfn-lint', { skip: skipWithout(cfnLint) }, async () => {
      assert.equal(await lint(templateFile), '');
    });

    test('passes the validation of the CDK and is the same from the app command, which makes the system chosen', async () => {
      const { status, stderr } = await runApp({ system: name }, scratch);
      assert.equal(status, 0, stderr);
      const templates = readdirSync(scratch).filter((name) => name.endsWith('.template.json'));
      assert.deepEqual(templates, [`${name}.template.json`]);
      const again = JSON.parse(readFileSync(join(scratch, `${name}.template.json`), 'utf8'));
      assert.deepEqual(again.Resources, template.Resources);
    });

    test('leaves cdk-nag and the CDK nothing to say', () => {
      assert.deepEqual(findings, []);
    });

    test('justifies every suppressed rule in a sentence', () => {
      for (const [id, { Metadata }] of Object.entries(template.Resources)) {
        for (const rule of Metadata?.cdk_nag?.rules_to_suppress ?? []) {
          assert.match(rule.reason, /^[A-Z].{30,}\.$/s, `${id} ${rule.id}`);
        }
      }
    });

    test('depends on no place of this machine: source maps begin at the project folder', () => {
      const maps = readdirSync(outputFolder, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.map'),
      );
      assert.ok(maps.length >= 3);
      for (const map of maps) {
        const { sources } = JSON.parse(readFileSync(join(outputFolder, map), 'utf8'));
        assert.ok(sources.length > 10);
        const strangers = sources.filter((source: string) => !/^(app|blueprints|node_modules)\//.test(source));
        assert.deepEqual(strangers, []);
      }
    });
  });

test('is not made for a system that does not exist, whose name is said', async () => {
  const { status, stderr } = await runApp({ system: 'serverless-pizza' }, tmpdir());
  assert.notEqual(status, 0);
  assert.match(stderr, /No system is called serverless-pizza\. There are: serverless-orders, web-classic/);
});

/** What cfn-lint finds, nothing being the empty text. */
async function lint(templateFile: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('cfn-lint', ['--regions', 'us-east-1', '--', templateFile]);
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}

/** Runs the app command as the CDK CLI does: in its folder, by the shell, with the context of cdk.json and more. */
async function runApp(
  context: Record<string, string>,
  outputFolder: string,
): Promise<{ status: number; stderr: string }> {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const { app, context: configured } = JSON.parse(readFileSync(join(cwd, 'cdk.json'), 'utf8'));
  const child = spawn(app, {
    cwd,
    shell: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      CDK_OUTDIR: outputFolder,
      CDK_CONTEXT_JSON: JSON.stringify({ ...configured, ...context, 'aws:cdk:disable-version-reporting': true }),
    },
  });
  const closed = new Promise<number>((resolve) => child.on('close', resolve));
  return { stderr: await text(child.stderr), status: await closed };
}
