import { lookupTable } from '../../kernel/lookup-table.ts';
import { type Command, common } from '../command.ts';
import { usageError } from '../errors.ts';

export const completion: Command = {
  name: 'completion',
  summary: 'a script by which your shell completes commands and options',
  positionals: 'bash | zsh | fish',
  details: `
  bash   echo 'source <(orrery completion bash)' >> ~/.bashrc
  zsh    echo 'source <(orrery completion zsh)' >> ~/.zshrc
  fish   orrery completion fish > ~/.config/fish/completions/orrery.fish`,
  async run(line, out) {
    const [shell = ''] = line.positionals;
    const script = scripts[shell];
    if (!script)
      throw usageError(`There is no completion for "${shell}".`, 'It is one of bash, zsh and fish. ', 'completion');
    const { commands } = await import('../commands.ts');
    out.line(script(commands));
  },
};

const scripts: Record<string, (commands: readonly Command[]) => string> = lookupTable({
  bash: forBash,
  zsh: (commands) => `autoload -U +X bashcompinit && bashcompinit\n${forBash(commands)}`,
  fish: forFish,
});

function optionsOf(command: Command): [name: string, option: { about: string; type: string }][] {
  return Object.entries({ ...command.options, ...common });
}

/** What stands for itself among a command's arguments: `faults start`, and not `wind DURATION`. */
function wordsOf({ positionals = '' }: Command): string[] {
  return positionals.match(/\b[a-z]+\b/g) ?? [];
}

function forBash(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const words = [...wordsOf(command), ...optionsOf(command).map(([name]) => `--${name}`)];
    return `    ${command.name}) words='${words.join(' ')}' ;;`;
  });
  return `_orrery() {
  local words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${commands.map(({ name }) => name).join(' ')} help --help'
  else case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _orrery orrery`;
}

function forFish(commands: readonly Command[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  return commands
    .flatMap((command) => {
      const seen = `-n '__fish_seen_subcommand_from ${command.name}'`;
      return [
        `complete -c orrery -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
        ...wordsOf(command).map((word) => `complete -c orrery ${seen} -a ${word}`),
        ...optionsOf(command).map(
          ([name, { about, type }]) =>
            `complete -c orrery ${seen} -l ${name}${type === 'string' ? ' -r' : ''} -d ${quoted(about)}`,
        ),
      ];
    })
    .join('\n');
}
