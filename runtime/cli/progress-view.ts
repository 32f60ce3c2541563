import type { DeployProgress } from './deploy/deploy.ts';
import type { Terminal } from './terminal.ts';

/** Prints a deployment's progress: a line for each resource that is done or has failed, and one for each stack. */
export function progressPrinter(out: Terminal, json: boolean): (progress: DeployProgress) => void {
  let done = 0;
  return (progress) => {
    if (json) return;
    if (progress.resource === undefined || progress.resource === progress.stack) {
      if (progress.status === 'UNCHANGED') out.note(`${progress.stack}: nothing has changed`);
      else if (!progress.status.endsWith('_IN_PROGRESS')) {
        out.note(
          `${progress.stack}: ${out.style(progress.status.includes('ROLLBACK') ? 'red' : 'green', progress.status)}`,
        );
      }
      return;
    }
    if (progress.status.endsWith('_FAILED'))
      out.note(
        `  ${out.style('red', progress.status)}  ${progress.resource} (${progress.type})  ${progress.reason ?? ''}`,
      );
    else if (progress.status.endsWith('_COMPLETE')) {
      done += 1;
      out.note(
        `  ${out.style('dim', String(done).padStart(3))} ${progress.status.padEnd(16)} ${progress.resource} ${out.style('dim', progress.type ?? '')}`,
      );
    }
  };
}
