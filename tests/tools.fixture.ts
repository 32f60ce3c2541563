import { spawnSync } from 'node:child_process';
import { notHere } from './not-here.ts';

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

export const dig: Tool = { name: 'dig', probe: ['dig', '-v'], install: 'apt-get install bind9-dnsutils' };

export const curl: Tool = { name: 'curl', probe: ['curl', '--version'], install: 'apt-get install curl' };

export const python3: Tool = { name: 'python3', probe: ['python3', '--version'], install: 'apt-get install python3' };

export const cfnLint: Tool = { name: 'cfn-lint', probe: ['cfn-lint', '--version'], install: 'pip install cfn-lint' };

export const awsCli: Tool = {
  name: 'the AWS CLI',
  probe: ['aws', '--version'],
  install: 'apt-get install awscli, or pip install awscli',
};

/** What a test gives as `skip` (`notHere`): nothing when every tool is there. */
export function skipWithout(...tools: Tool[]): string | undefined {
  const missing = tools.filter(
    ({ probe: [program, ...args] }) => spawnSync(program, args, { stdio: 'ignore' }).status !== 0,
  );
  const names = missing.map(({ name, install }) => `${name} is not installed (${install})`);
  return notHere(`a test of ${tools.map(({ name }) => name).join(' and ')}`, names.join('; ') || undefined);
}
