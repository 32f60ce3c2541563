import { spawnSync } from 'node:child_process';

/** A program that real clients' tests need beside Orrery, and how it is found out whether it is there. */
export interface Tool {
  name: string;
  probe: [program: string, ...args: string[]];
  install: string;
}

export const boto3: Tool = {
  name: 'python3 with boto3',
  probe: ['python3', '-c', 'import boto3'],
  install: 'apt-get install python3-boto3, or pip install boto3',
};

export const awsCli: Tool = {
  name: 'the AWS CLI',
  probe: ['aws', '--version'],
  install: 'apt-get install awscli, or pip install awscli',
};

/**
 * What a test gives as `skip`: false when every tool is there. A person is told loudly what was not tested and how to bring
 * it; in CI a missing tool is a failure, for there every suite must run.
 */
export function skipWithout(...tools: Tool[]): string | false {
  const missing = tools.filter(
    ({ probe: [program, ...args] }) => spawnSync(program, args, { stdio: 'ignore' }).status !== 0,
  );
  if (missing.length === 0) return false;
  const what = missing.map(({ name, install }) => `${name} is not installed (${install})`).join('; ');
  if (process.env.CI) throw new Error(`In CI every suite must run: ${what}`);
  process.stderr.write(`SKIPPED: ${what}\n`);
  return what;
}
