import { type ParseArgsConfig, parseArgs } from 'node:util';
import { lookupTable } from '../kernel/lookup-table.ts';
import { usageError } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface Command {
  name: string;
  /** One line for the overview. */
  summary: string;
  /** What may stand after the name, as the usage line shows it. */
  positionals?: string;
  options?: Record<string, Option>;
  /** Paragraphs and examples below the options. */
  details?: string;
  /** The exit code; undefined is 0. */
  run(line: CommandLine, out: Terminal): Promise<number | void>;
}

export interface Option {
  /** `string` takes a value. */
  type: 'string' | 'boolean';
  short?: string;
  /** May be given more than once. */
  multiple?: true;
  /** Name of the value in the usage. */
  value?: string;
  about: string;
}

export interface CommandLine {
  positionals: string[];
  text(name: string): string | undefined;
  /** Of an option that may be given more than once. */
  texts(name: string): string[];
  flag(name: string): boolean;
  /** A whole number, or what `otherwise` says. */
  number(name: string, otherwise: number): number;
}

/** Options every command has. */
export const common: Record<string, Option> = lookupTable({
  data: { type: 'string', value: 'DIR', about: 'data folder (default .orrery in this folder, or ORRERY_DATA)' },
  json: { type: 'boolean', about: 'answer in JSON, for scripts' },
  help: { type: 'boolean', short: 'h', about: 'show this' },
});

export function parseCommandLine(command: Command, argv: string[]): CommandLine {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, option] of Object.entries({ ...command.options, ...common })) {
    const { type, short, multiple = false } = option;
    options[name] = { type, multiple, ...(short ? { short } : {}) };
  }
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: command.positionals !== undefined, strict: true });
  } catch (error) {
    throw usageError((error as Error).message.split('. To specify')[0] ?? '', '', command.name);
  }
  const text = (name: string): string | undefined => parsed.values[name] as string | undefined;
  return {
    positionals: parsed.positionals,
    text,
    texts: (name) => (parsed.values[name] as string[] | undefined) ?? [],
    flag: (name) => parsed.values[name] === true,
    number(name, otherwise) {
      const given = text(name);
      if (given === undefined) return otherwise;
      if (!/^\d+$/.test(given)) throw usageError(`--${name} takes a whole number, not "${given}".`, '', command.name);
      return Number(given);
    },
  };
}

export function overview(commands: readonly Command[]): string {
  const lines = commands.map((command) => `  ${command.name.padEnd(11)} ${command.summary}`);
  return `Orrery runs a whole AWS architecture on this machine: the CDK app or CloudFormation template you deploy to AWS,
with real traffic through every hop, one clock that can be wound forward, and no AWS account.

Usage: orrery COMMAND [options]

${lines.join('\n')}

Start here:
  orrery up serverless-orders     the restaurant: CloudFront, S3, API Gateway, Lambda, SQS, DynamoDB
  orrery up ./my-cdk-app          your own CDK app, or a template file
  orrery help up                  everything \`up\` can do

Point any AWS tool at it: export AWS_ENDPOINT_URL=http://127.0.0.1:4566
`;
}

export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...common }).map(([name, option]) => {
    const left = `${option.short ? `-${option.short}, ` : '    '}--${name}${option.value ? ` ${option.value}` : ''}`;
    return `  ${left.padEnd(24)} ${option.about}`;
  });
  const usage = `Usage: orrery ${command.name}${command.positionals ? ` ${command.positionals}` : ''} [options]`;
  return `${command.summary}\n\n${usage}\n\n${options.join('\n')}\n${command.details ? `\n${command.details.trim()}\n` : ''}`;
}
