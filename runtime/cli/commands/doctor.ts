import type { Command } from '../command.ts';
import { dataFolder } from '../data-folder.ts';
import { table } from '../terminal.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'what this machine can and cannot run, and how to mend it',
  details: `
Looks at this machine alone; nothing has to be running. Exit code 1 where something is missing altogether.`,
  async run(line, out) {
    // Loaded here: what it looks with belongs to the cloud, which no other command loads.
    const { machineFindings } = await import('../machine-findings.ts');
    const findings = await machineFindings(dataFolder(line));
    const isMissing = findings.some(({ state }) => state === 'no');
    if (line.flag('json')) {
      out.json(findings);
      return isMissing ? 1 : 0;
    }
    const signs = { yes: out.style('green', '✔'), partly: out.style('yellow', '~'), no: out.style('red', '✖') };
    const rows = table(findings.map(({ what, means }) => [what, means]));
    for (const [index, { state, fix }] of findings.entries()) {
      out.line(`${signs[state]} ${rows[index]}`);
      if (fix) out.line(`    ${out.style('dim', 'to mend it:')} ${fix}`);
    }
    return isMissing ? 1 : 0;
  },
};
