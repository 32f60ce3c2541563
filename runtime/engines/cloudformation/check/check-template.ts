import type { Registry } from '../../../kernel/resource-registry.ts';
import { desiredState } from '../deployment/desired-state.ts';
import { unknownValue } from '../intrinsics/scope.ts';
import { expandServerless, serverlessTransform } from '../serverless/expand-serverless.ts';
import { chooseParameters } from '../template/parameters.ts';
import { checkStructure } from '../template/structure.ts';
import { placed, type Template, TemplateError } from '../template/template.ts';
import { checkEveryResource } from './check-resources.ts';

export interface CheckOptions extends Pick<Registry, 'resourceTypes'> {
  account: string;
  region: string;
  parameters?: Record<string, string>;
}

/**
 * Everything wrong with a template that can be told without a cloud, with file, line and column: for the person at the
 * command line. Of transforms only SAM's is applied: a template that has others is checked by the deployment alone.
 */
export function checkTemplate(template: Template, options: CheckOptions): TemplateError[] {
  const { Transform } = template.document;
  const transforms = [Transform].flat().filter((name) => name !== undefined);
  if (transforms.some((name) => name !== serverlessTransform)) return [];
  return problems(template, transforms.length > 0, options).map((error) => placed(error, template));
}

function problems(
  { document: written, text }: Template,
  serverless: boolean,
  { resourceTypes, account, region, parameters = {} }: CheckOptions,
): TemplateError[] {
  try {
    const { Transform: _applied, ...document } = serverless ? expandServerless(written) : written;
    const structure = checkStructure(document);
    if (structure.length > 0) return structure;
    const given = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const texts = chooseParameters(document, given);
    const stack = { account, region, StackId: 'arn:aws:cloudformation:::stack/checked/0', StackName: 'checked' };
    const desired = desiredState(
      stack,
      {
        template: text,
        ...(serverless && { processed: JSON.stringify(document) }),
        parameters: texts,
        fetched: texts,
      },
      { resource: () => ({ ref: unknownValue, attribute: () => unknownValue }), exported: () => '' },
    );
    return checkEveryResource(desired, resourceTypes);
  } catch (error) {
    if (error instanceof TemplateError) return [error];
    throw error;
  }
}
