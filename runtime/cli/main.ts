import { commandHelp, overview, parseCommandLine } from './command.ts';
import { commands, findCommand } from './commands.ts';
import { reportError } from './errors.ts';
import { terminal } from './terminal.ts';

/** The `orrery` command. Exit codes: 0 done, 1 it failed and said why, 2 the command line was not understood. */
async function main(argv: string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const about = name === 'help' && rest[0] ? findCommand(rest[0]) : undefined;
    process.stdout.write(about ? commandHelp(about) : overview(commands));
    return 0;
  }
  const command = findCommand(name);
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  return (await command.run(parseCommandLine(command, rest), terminal())) ?? 0;
}

const debug = process.argv.includes('--debug');
try {
  process.exitCode = await main(process.argv.slice(2).filter((argument) => argument !== '--debug'));
} catch (error) {
  process.exitCode = reportError(error, { debug, json: process.argv.includes('--json') });
}
