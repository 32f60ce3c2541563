import type { Registry } from '../../../kernel/resource-registry.ts';
import { desiredState } from '../deployment/desired-state.ts';
import { unknownValue } from '../intrinsics/scope.ts';
import { chooseParameters } from '../template/parameters.ts';
import { checkStructure } from '../template/structure.ts';
import { placed, type Template, TemplateError } from '../template/template.ts';
import { checkResources } from './check-resources.ts';

export interface CheckOptions extends Pick<Registry, 'resourceTypes'> {
  account: string;
  region: string;
  parameters?: Record<string, string>;
}

/**
 * Everything wrong with a template that can be told without a cloud, with file, line and column: for the person at the
 * command line. Transforms are not applied: a template that has some is checked by the deployment alone.
 */
export function checkTemplate(template: Template, options: CheckOptions): TemplateError[] {
  if (template.document.Transform !== undefined) return [];
  return problems(template, options).map((error) => placed(error, template));
}

function problems(
  template: Template,
  { resourceTypes, account, region, parameters = {} }: CheckOptions,
): TemplateError[] {
  const structure = checkStructure(template.document);
  if (structure.length > 0) return structure;
  try {
    const given = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const texts = chooseParameters(template.document, given);
    const stack = { account, region, StackId: 'arn:aws:cloudformation:::stack/checked/0', StackName: 'checked' };
    const desired = desiredState(
      stack,
      { template: template.text, parameters: texts, fetched: texts },
      { resource: () => ({ ref: unknownValue, attribute: () => unknownValue }), exported: () => '' },
    );
    return checkResources(desired, resourceTypes);
  } catch (error) {
    if (error instanceof TemplateError) return [error];
    throw error;
  }
}
