import type { Command } from './command.ts';
import { certificate } from './commands/certificate.ts';
import { completion } from './commands/completion.ts';
import { consolePage } from './commands/console.ts';
import { cost } from './commands/cost.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { faults } from './commands/faults.ts';
import { fidelity } from './commands/fidelity.ts';
import { logs } from './commands/logs.ts';
import { mail } from './commands/mail.ts';
import { outputs } from './commands/outputs.ts';
import { reset } from './commands/reset.ts';
import { resources } from './commands/resources.ts';
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { wind } from './commands/wind.ts';
import { usageError } from './errors.ts';

/** In the order the overview shows them. */
export const commands: readonly Command[] = [
  up,
  status,
  consolePage,
  outputs,
  resources,
  logs,
  mail,
  fidelity,
  cost,
  certificate,
  wind,
  faults,
  down,
  reset,
  doctor,
  completion,
];

export function findCommand(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const near = commands.find((one) => one.name.startsWith(name.slice(0, 2)));
  throw usageError(`There is no command "${name}".`, near ? `Did you mean \`orrery ${near.name}\`? ` : '');
}
