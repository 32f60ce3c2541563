import { spawnSync } from 'node:child_process';
import { defineEngine } from '../../kernel/engine.ts';
import { refused } from '../../kernel/errors.ts';
import { invalidParameter } from './errors.ts';

export type RuntimeKind = 'node' | 'python' | 'custom';

/**
 * What runs a runtime identifier here. Every nodejs runs on Orrery's own Node, every python on the machine's python3:
 * the language is the same, the minor version may differ, which `orrery fidelity` says.
 */
export function runtimeKind(runtime: string): RuntimeKind {
  if (/^nodejs(18|20|22|24)\.x$/.test(runtime)) return 'node';
  if (/^python3\.(9|1[0-4])$/.test(runtime)) return 'python';
  if (/^provided(\.al2|\.al2023)$/.test(runtime)) return 'custom';
  if (/^(java|dotnet|ruby|nodejs2[6-9])/.test(runtime)) {
    throw refused(
      `Lambda runtime ${runtime}`,
      'Orrery runs nodejs18.x to nodejs24.x, python3.9 to python3.14, and provided.al2 and provided.al2023 with a bootstrap of your own.',
    );
  }
  if (/^(nodejs|python|go1|provided)/.test(runtime)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    );
  }
  throw invalidParameter(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set`,
  );
}

/** The machine's python3, looked for once; undefined when there is none. */
export const python = defineEngine<{ find(): string | undefined }>('lambda-python', () => {
  let found: string | undefined | null;
  return {
    find() {
      if (found === undefined) {
        const result = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
        found = result.status === 0 ? result.stdout.trim() : null;
      }
      return found ?? undefined;
    },
  };
});

export const pythonMissing = refused.bind(
  undefined,
  'A Lambda function in Python',
  'no python3 is on this machine. Install it (Debian and Ubuntu: `apt install python3`; macOS: `brew install python`) and deploy again.',
);
