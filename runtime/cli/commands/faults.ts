import { type Action, type FaultOrder, lasting, type ShownFault } from '../../control-plane/faults/fault-desk.ts';
import type { Command, CommandLine } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import { parseDuration } from '../durations.ts';
import { usageError } from '../errors.ts';
import { ask } from '../runtime-client.ts';
import { type Terminal, table } from '../terminal.ts';

export const faults: Command = {
  name: 'faults',
  summary: 'break something for a while: what can be broken, what is, start, stop',
  positionals: '[actions | start ACTION | stop [ID …]]',
  options: {
    on: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      about: 'start: what it strikes, by ARN, id, name or logical id; as often as needed',
    },
    tag: { type: 'string', value: 'KEY=VALUE', multiple: true, about: 'start: everything with this tag' },
    zone: { type: 'string', value: 'ZONE', about: 'start: everything in this Availability Zone' },
    count: { type: 'string', value: 'N', about: 'start: only N of those, chosen at random' },
    for: { type: 'string', value: 'DURATION', about: 'start: how long, by the cloud’s clock (5m unless told)' },
    parameter: { type: 'string', value: 'NAME=VALUE', multiple: true, about: 'start: a parameter of the action' },
    region: { type: 'string', value: 'REGION', about: 'where (us-east-1 unless told)' },
  },
  details: `
Faults are experiments of AWS Fault Injection Service: what is started here is seen through its API too, and the other way round.

  orrery faults                                             what is broken, and what was
  orrery faults actions                                     what can be done, on what, with which parameters
  orrery faults start stop-instances --zone us-east-1a --for 10m
  orrery faults start failover-db-cluster --on restaurant
  orrery faults start invocation-error --on orders-api --parameter preventExecution=true
  orrery faults start disrupt-connectivity --zone us-east-1a --parameter scope=all --for 5m
  orrery faults stop                                        heals everything that is broken`,
  async run(line, out) {
    const [what = 'list', ...rest] = line.positionals;
    if (what === 'list') return show(await listed(line), line, out, 'Nothing is broken, and nothing was.');
    if (what === 'actions') return actions(line, out);
    if (what === 'start') return start(rest, line, out);
    if (what === 'stop') {
      const body = { ids: rest, ...regionOf(line) };
      const stopped = await ask<ShownFault[]>(requireRuntime(dataFolder(line)), 'POST', 'faults/stop', body);
      return show(stopped, line, out, 'Nothing is broken.');
    }
    throw usageError(`\`faults\` knows list, actions, start and stop, not "${what}".`, '', 'faults');
  },
};

function regionOf(line: CommandLine): { region?: string } {
  const region = line.text('region');
  return region === undefined ? {} : { region };
}

function listed(line: CommandLine): Promise<ShownFault[]> {
  const query = new URLSearchParams(regionOf(line));
  return ask<ShownFault[]>(requireRuntime(dataFolder(line)), 'GET', `faults?${query}`);
}

async function start([action, ...more]: string[], line: CommandLine, out: Terminal): Promise<number> {
  if (action === undefined || more.length > 0)
    throw usageError(
      '`faults start` takes one action.',
      'For example `orrery faults start stop-instances --zone us-east-1a`. ',
      'faults',
    );
  const known = await askActions(line);
  const parameters = pairs(line, 'parameter');
  const period = known.find(({ id }) => id === action || id.endsWith(`:${action}`))?.parameters ?? {};
  const lasts = lasting.find((name) => name in period);
  if (lasts && !(lasts in parameters))
    parameters[lasts] = `PT${Math.ceil(parseDuration(line.text('for') ?? '5m', 'faults') / 1000)}S`;
  else if (line.text('for') !== undefined)
    throw usageError(`${action} is over at once: it takes no --for.`, '', 'faults');
  const zone = line.text('zone');
  const order: FaultOrder = {
    action,
    on: line.texts('on'),
    tags: pairs(line, 'tag'),
    parameters,
    ...(zone === undefined ? {} : { zone }),
    ...(line.text('count') === undefined ? {} : { count: line.number('count', 1) }),
    ...regionOf(line),
  };
  const fault = await ask<ShownFault>(requireRuntime(dataFolder(line)), 'POST', 'faults', order);
  show([fault], line, out, '');
  return fault.status === 'failed' ? 1 : 0;
}

function pairs(line: CommandLine, option: string): Record<string, string> {
  return Object.fromEntries(
    line.texts(option).map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw usageError(`--${option} takes NAME=VALUE, not "${text}".`, '', 'faults');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function askActions(line: CommandLine): Promise<Action[]> {
  return ask<Action[]>(requireRuntime(dataFolder(line)), 'GET', 'faults?actions=true');
}

async function actions(line: CommandLine, out: Terminal): Promise<void> {
  const known = await askActions(line);
  if (line.flag('json')) return out.json(known);
  for (const { id, description, parameters, targets } of known) {
    out.line(out.style('bold', id));
    out.line(`  ${description}`);
    for (const { resourceType } of Object.values(targets)) out.line(`  on ${resourceType}`);
    for (const [name, parameter] of Object.entries(parameters))
      out.line(`  ${name}${parameter.required ? '' : ' (optional)'}: ${parameter.description}`);
  }
}

function show(all: ShownFault[], line: CommandLine, out: Terminal, otherwise: string): void {
  if (line.flag('json')) out.json(all);
  else if (all.length === 0) out.line(otherwise);
  else list(all, out);
}

function list(all: ShownFault[], out: Terminal): void {
  const rows = all.map(({ id, action, status, targets, started = '', reason }) => {
    const names = targets.map((arn) => arn.split(/[/:]/).at(-1) ?? arn);
    const on = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return [id, status, action, on, started.replace('T', ' ').slice(0, 19), status === 'failed' ? reason : ''];
  });
  for (const text of table([['experiment', 'state', 'action', 'on', 'since (UTC)', ''], ...rows])) out.line(text);
}
