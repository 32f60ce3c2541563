import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { request } from 'undici';
import { zip } from '../../runtime/services/lambda/test-cloud.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';

const home = mkdtempSync(join(tmpdir(), 'orrery-terraform-'));
const lacking = prepare();

/**
 * Terraform with the AWS provider as it is, told of the cloud by AWS_ENDPOINT_URL. What is hard about it is not to be made
 * but to be read: the provider asks back everything it set, and a second plan shows all that is told otherwise.
 */
describe('Terraform', { skip: lacking }, () => {
  let orrery: Orrery;
  before(async () => {
    orrery = await startOrrery({ clock: 'running' });
  });
  after(() => orrery.stop());

  test('applies, has nothing left to do, serves, and destroys', async () => {
    await terraform(orrery, 'apply', '-auto-approve');
    const { outputs } = JSON.parse(readFileSync(join(home, 'terraform.tfstate'), 'utf8')) as State;
    const host = new URL(outputs.api.value).host;
    const answer = await request(`${orrery.httpUrl}/orders/7`, { headers: { host: `${host}.localhost` } });
    assert.deepEqual(await answer.body.json(), { hello: '/orders/7' });
    await terraform(orrery, 'plan', '-detailed-exitcode');
    const destroyed = await terraform(orrery, 'destroy', '-auto-approve', '-refresh=false');
    assert.match(destroyed, /Destroy complete/);
  });
});
after(() => rmSync(home, { recursive: true, force: true }));

interface State {
  outputs: Record<'api', { value: string }>;
}

/**
 * The reason why it cannot run, said loudly; in CI too, for the provider (600 MB) comes from Terraform's registry or from
 * the folder that ORRERY_TERRAFORM_PLUGINS names, and is not everywhere to be had.
 */
function prepare(): string | false {
  const program = spawnSync('terraform', ['version'], { stdio: 'ignore' });
  if (program.status !== 0)
    return said('terraform is not installed (https://developer.hashicorp.com/terraform/install)');
  cpSync(join(import.meta.dirname, 'terraform'), home, { recursive: true });
  const code = readFileSync(join(home, 'function', 'index.mjs'), 'utf8');
  writeFileSync(join(home, 'function.zip'), zip({ 'index.mjs': code }));
  const plugins = process.env.ORRERY_TERRAFORM_PLUGINS;
  const init = ['init', '-input=false', ...(plugins ? [`-plugin-dir=${plugins}`] : [])];
  const made = spawnSync('terraform', init, { cwd: home, env: environment(), timeout: 60_000 });
  if (made.status === 0) return false;
  if (!/provider (packages|hashicorp)|Failed to (query|install)/.test(String(made.stderr)))
    throw new Error(String(made.stderr));
  return said(
    'terraform found no AWS provider: it needs its registry, or ORRERY_TERRAFORM_PLUGINS=a folder of plugins',
  );
}

function said(why: string): string {
  process.stderr.write(`SKIPPED: ${why}\n`);
  return why;
}

function environment(): NodeJS.ProcessEnv {
  const { TF_CLI_CONFIG_FILE: _own, ...rest } = process.env;
  return { ...rest, HOME: home, CHECKPOINT_DISABLE: '1', AWS_EC2_METADATA_DISABLED: 'true' };
}

/** What it said; rejects with it when it ends with another code than 0, as a plan does that has something to do. */
async function terraform({ url }: Orrery, ...argv: string[]): Promise<string> {
  const child = spawn('terraform', [...argv, '-no-color', '-input=false', '-parallelism=30'], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment(), AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, `terraform ${argv.join(' ')}:\n${said}`);
  return said;
}
