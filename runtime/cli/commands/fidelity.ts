import type { ServiceFidelity } from '../../control-plane/fidelity.ts';
import type { TemplateFidelity } from '../../control-plane/stack-fidelity.ts';
import type { Command, CommandLine } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import { ask } from '../runtime-client.ts';
import { type Terminal, table } from '../terminal.ts';

export const fidelity: Command = {
  name: 'fidelity',
  summary: 'what of each stack is executed, stored or refused',
  options: { services: { type: 'boolean', about: 'what each service does of its API instead' } },
  details: `
Every property of a template is one of three: executed (it has its effect), stored (kept and returned, no effect), or
refused (the deployment says no and names it). Nothing is accepted silently.`,
  async run(line, out) {
    return line.flag('services') ? services(line, out) : templates(line, out);
  },
};

async function templates(line: CommandLine, out: Terminal): Promise<void> {
  const stacks = await ask<Record<string, TemplateFidelity>>(requireRuntime(dataFolder(line)), 'GET', 'fidelity');
  if (line.flag('json')) return out.json(stacks);
  for (const [stack, { limits, resources }] of Object.entries(stacks)) {
    const all = resources.flatMap((resource) => resource.properties);
    const count = (kind: string): number => all.filter((property) => property.fidelity === kind).length;
    out.line(
      `${out.style('bold', stack)}  ${count('executed')} properties executed, ${count('stored')} stored, ${count('refused')} refused`,
    );
    for (const limit of limits) out.line(`  ${limit}`);
    for (const resource of resources) {
      const special = resource.properties.filter((property) => property.fidelity !== 'executed');
      if (special.length === 0) continue;
      out.line(`  ${resource.logicalId} (${resource.type})`);
      for (const text of table(
        special.map((property) => [`    ${property.fidelity}`, property.path, property.reason ?? '']),
      ))
        out.line(text);
    }
  }
}

async function services(line: CommandLine, out: Terminal): Promise<void> {
  const { services: all, notRun } = await ask<{ services: ServiceFidelity[]; notRun: string[] }>(
    requireRuntime(dataFolder(line)),
    'GET',
    'fidelity?services=true',
  );
  if (line.flag('json')) return out.json({ services: all, notRun });
  for (const service of all) {
    out.line(
      `${out.style('bold', service.service)}  ${service.executed.length} operations executed, ${service.refused.length} refused`,
    );
    out.line(`  executed: ${service.executed.join(' ')}`);
    if (service.refused.length > 0) out.line(`  refused:  ${service.refused.join(' ')}`);
    const rows = Object.entries(service.parameters).map(([name, value]) => [
      `  ${typeof value === 'object' ? 'refused' : value}`,
      name,
      typeof value === 'object' ? value.refused : '',
    ]);
    for (const text of table(rows)) out.line(text);
  }
}
