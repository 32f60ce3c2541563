import type { Tag } from '@aws-sdk/client-cloudformation';
import type { GetParametersResult } from '@aws-sdk/client-ssm';
import { checkResources } from '../../../engines/cloudformation/check/check-resources.ts';
import { checkRules } from '../../../engines/cloudformation/check/rules.ts';
import { type DesiredState, desiredState } from '../../../engines/cloudformation/deployment/desired-state.ts';
import { outputsOf } from '../../../engines/cloudformation/deployment/outputs.ts';
import { exportsOf } from '../../../engines/cloudformation/deployment/stack-lookups.ts';
import { unknownValue } from '../../../engines/cloudformation/intrinsics/scope.ts';
import type { Revision, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import {
  chooseParameters,
  type GivenParameter,
  parameterDeclarations,
  ssmValueType,
} from '../../../engines/cloudformation/template/parameters.ts';
import { parseTemplate } from '../../../engines/cloudformation/template/parse-template.ts';
import { checkStructure } from '../../../engines/cloudformation/template/structure.ts';
import {
  type Document,
  placed,
  type Template,
  TemplateError,
} from '../../../engines/cloudformation/template/template.ts';
import { refused } from '../../../kernel/errors.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { asValidationError, validationError } from '../errors.ts';
import { checkCapabilities } from './capabilities.ts';
import { type TemplateSource, templateText } from './template-source.ts';
import { applyTransforms } from './transforms.ts';

export interface RevisionRequest extends TemplateSource {
  UsePreviousTemplate?: boolean | undefined;
  Parameters?: GivenParameter[] | undefined;
  Tags?: Tag[] | undefined;
  Capabilities?: string[] | undefined;
  /** With a change set a person looks at what the macros made before it is done: no acknowledgement is needed for them. */
  ChangeSetName?: string | undefined;
  DeploymentConfig?: { Mode?: string | undefined } | undefined;
}

/**
 * The revision a request asks for, with everything checked that can be before a resource is touched. Throws
 * ValidationError and InsufficientCapabilitiesException in AWS's sentences. `stack` has its identity set already.
 */
export async function prepareRevision(ctx: Context, stack: StackRecord, request: RevisionRequest): Promise<Revision> {
  if (request.DeploymentConfig?.Mode === 'EXPRESS')
    throw refused('DeploymentConfig Mode EXPRESS', 'deploy in mode STANDARD.');
  const base = stack.current;
  const text = request.UsePreviousTemplate ? base?.template : await templateText(ctx, request);
  if (text === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  let template: Template | undefined;
  try {
    template = parseTemplate(text);
    const { document, processed, transforms } = await applyTransforms(ctx, template, {
      given: request.Parameters ?? [],
      previous: base?.parameters ?? {},
      stack,
    });
    const [wrong] = checkStructure(document);
    if (wrong) throw wrong;
    const parameters = chooseParameters(document, request.Parameters ?? [], base?.parameters);
    checkCapabilities(
      document,
      request.ChangeSetName === undefined ? transforms : [],
      request.Capabilities ?? stack.Capabilities,
    );
    const revision: Revision = {
      template: text,
      ...(processed !== undefined && { processed }),
      ...(typeof document.Description === 'string' && { Description: document.Description }),
      parameters,
      fetched: await fetchParameters(ctx, document, parameters),
      given: request.Parameters ?? [],
      Tags: request.Tags ?? base?.Tags ?? [],
      outputs: base?.outputs ?? [],
      imports: base?.imports ?? [],
    };
    check(ctx, stack, revision);
    return revision;
  } catch (error) {
    if (error instanceof TemplateError && template) placed(error, template);
    throw asValidationError(error);
  }
}

function check(ctx: Context, stack: StackRecord, revision: Revision): void {
  const desired = previewState(ctx, stack, revision);
  const errors = [...checkRules(desired.scope), ...checkResources(desired, ctx.engine(registry).resourceTypes)];
  // Outputs of what a condition leaves out, exports nobody has, and the like.
  if (errors.length === 0) outputsOf(desired);
  const [first, ...others] = errors;
  if (!first) return;
  if (others.length > 0) first.message = [...new Set(errors.map(({ message }) => message))].join('\n');
  throw first;
}

/** The template's values as far as they are known before the deployment. */
function previewState(ctx: Context, stack: StackRecord, revision: Revision): DesiredState {
  const store = ctx.engine(stackStore);
  return desiredState(stack, revision, {
    resource: () => ({ ref: unknownValue, attribute: () => unknownValue }),
    exported: (name) => exportsOf(store, stack).get(name)?.value,
  });
}

async function fetchParameters(
  ctx: Context,
  document: Document,
  texts: Record<string, string>,
): Promise<Record<string, string>> {
  const wanted = Object.entries(parameterDeclarations(document)).filter(
    ([, { Type }]) => ssmValueType(Type) !== undefined,
  );
  if (wanted.length === 0) return {};
  const names = [...new Set(wanted.map(([parameter]) => texts[parameter] ?? ''))];
  const fetched: Record<string, string> = {};
  // GetParameters takes ten names at most.
  for (let index = 0; index < names.length; index += 10) {
    const Names = names.slice(index, index + 10);
    const { Parameters = [], InvalidParameters = [] } = await ctx.call<GetParametersResult>('ssm', 'GetParameters', {
      Names,
    });
    if (InvalidParameters.length > 0) {
      throw validationError(
        `Unable to fetch parameters [${InvalidParameters.join(',')}] from parameter store for this account.`,
      );
    }
    for (const { Name, Selector, Value = '' } of Parameters) fetched[`${Name}${Selector ?? ''}`] = Value;
  }
  return Object.fromEntries(wanted.map(([parameter]) => [parameter, fetched[texts[parameter] ?? ''] ?? '']));
}
