import { fidelitiesOf } from '../engines/cloudformation/check/check-resources.ts';
import { parseTemplate } from '../engines/cloudformation/template/parse-template.ts';
import { resourcesOf } from '../engines/cloudformation/template/template.ts';
import { notEnforced } from '../engines/network/enforcement.ts';
import { defaultAccount, defaultRegion, parseArn } from '../kernel/arn.ts';
import { rootOf } from '../kernel/principal.ts';
import { registry } from '../kernel/resource-registry.ts';
import type { Kernel } from '../kernel/service.ts';
import { stacks } from './stack-outputs.ts';

export interface TemplateFidelity {
  /** What is not enforced at the level this machine gives, where the stack has a network. */
  limits: string[];
  resources: ResourceFidelity[];
}

export interface ResourceFidelity {
  logicalId: string;
  type: string;
  properties: { path: string; fidelity: 'executed' | 'stored' | 'refused'; reason?: string; line?: number }[];
}

/** Per stack, what becomes of every property its template uses, from the declarations beside the resource types' code. */
export async function stackFidelity(kernel: Kernel): Promise<Record<string, TemplateFidelity>> {
  const result: Record<string, TemplateFidelity> = {};
  for (const { StackName = '', StackId = '' } of await stacks(kernel)) {
    const region = parseArn(StackId)?.region ?? defaultRegion;
    const ctx = kernel.context({ principal: rootOf(defaultAccount), region });
    const { TemplateBody = '' } = await ctx.call<{ TemplateBody?: string }>('cloudformation', 'GetTemplate', {
      StackName,
    });
    result[StackName] = templateFidelity(kernel, TemplateBody);
  }
  return result;
}

function templateFidelity(kernel: Kernel, text: string): TemplateFidelity {
  const template = parseTemplate(text);
  const { resourceTypes } = kernel.engine(registry);
  const resources = Object.entries(resourcesOf(template.document)).map(([logicalId, definition]): ResourceFidelity => {
    const properties = fidelitiesOf(logicalId, definition, resourceTypes).map(({ property, path, fidelity }) => {
      const line = template.locate(path)?.line;
      const place = line === undefined ? {} : { line };
      return typeof fidelity === 'string'
        ? { path: property, fidelity, ...place }
        : { path: property, fidelity: 'refused' as const, reason: fidelity.refused, ...place };
    });
    return { logicalId, type: definition.Type, properties };
  });
  const hasNetwork = resources.some(({ type }) => type.startsWith('AWS::EC2::'));
  return { limits: hasNetwork ? notEnforced(kernel) : [], resources };
}
