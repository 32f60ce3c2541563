import { type ChildProcess, spawn } from 'node:child_process';

/**
 * One small shell that outlives the runtime by a moment: it reads from a pipe which process groups live, and when the
 * pipe ends, however the runtime ended, it kills those that are left. So `kill -9` of the runtime leaves no orphan, even
 * one that is caught in a loop and would not notice by itself.
 */
export class Watchdog {
  #shell: ChildProcess | undefined;

  guard(pid: number): void {
    this.#tell(`+${pid}`);
  }

  release(pid: number): void {
    if (this.#shell) this.#tell(`-${pid}`);
  }

  stop(): void {
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #tell(line: string): void {
    this.#shell ??= start();
    this.#shell.stdin?.write(`${line}\n`);
  }
}

const script = `
groups=' '
while read -r line; do
  case "$line" in
    +*) groups="$groups\${line#+} " ;;
    -*) group="\${line#-}"
        case "$groups" in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
exit 0
`;

function start(): ChildProcess {
  // A session of its own: a signal to the runtime's process group (Ctrl-C in a terminal) must not end it first.
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} });
  shell.unref();
  shell.stdin?.on('error', () => undefined);
  const { stdin } = shell;
  if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return shell;
}
