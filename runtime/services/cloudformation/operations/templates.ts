import type {
  GetTemplateCommandInput,
  GetTemplateOutput,
  GetTemplateSummaryCommandInput,
  GetTemplateSummaryOutput,
  ValidateTemplateCommandInput,
  ValidateTemplateOutput,
} from '@aws-sdk/client-cloudformation';
import { asText } from '../../../engines/cloudformation/intrinsics/scope.ts';
import { specificationOf } from '../../../engines/cloudformation/specification/specification.ts';
import { parameterDeclarations } from '../../../engines/cloudformation/template/parameters.ts';
import { parseTemplate } from '../../../engines/cloudformation/template/parse-template.ts';
import { checkStructure } from '../../../engines/cloudformation/template/structure.ts';
import { type Document, resourcesOf, type Template } from '../../../engines/cloudformation/template/template.ts';
import type { Context } from '../../../kernel/service.ts';
import { neededCapabilities } from '../behaviour/capabilities.ts';
import { findChangeSet } from '../behaviour/change-set-record.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { templateText } from '../behaviour/template-source.ts';
import { applyTransforms, transformNames } from '../behaviour/transforms.ts';
import { asValidationError, validationError } from '../errors.ts';

export function GetTemplate(ctx: Context, input: GetTemplateCommandInput): GetTemplateOutput {
  const revision =
    input.ChangeSetName === undefined ? findStack(ctx, input.StackName).current : findChangeSet(ctx, input).revision;
  // A stack in review has none yet.
  if (!revision) return { StagesAvailable: ['Original', 'Processed'] };
  const { template, processed } = revision;
  return {
    TemplateBody: input.TemplateStage === 'Processed' ? (processed ?? template) : template,
    StagesAvailable: ['Original', 'Processed'],
  };
}

export async function ValidateTemplate(
  ctx: Context,
  input: ValidateTemplateCommandInput,
): Promise<ValidateTemplateOutput> {
  const text = await templateText(ctx, input);
  if (text === undefined) throw validationError('Either Template URL or Template Body must be specified.');
  const { document, transforms } = await checked(ctx, text);
  return {
    Parameters: Object.entries(parameterDeclarations(document)).map(
      ([ParameterKey, { Default, NoEcho, Description }]) => ({
        ParameterKey,
        DefaultValue: Default === undefined ? undefined : asText(Default),
        NoEcho: String(NoEcho) === 'true',
        Description,
      }),
    ),
    Description: typeof document.Description === 'string' ? document.Description : undefined,
    ...neededCapabilities(document, transforms),
    DeclaredTransforms: transforms.length > 0 ? transforms : undefined,
  };
}

export async function GetTemplateSummary(
  ctx: Context,
  input: GetTemplateSummaryCommandInput,
): Promise<GetTemplateSummaryOutput> {
  const text =
    input.StackName === undefined ? await templateText(ctx, input) : findStack(ctx, input.StackName).current?.template;
  if (text === undefined) throw validationError('Either StackName or TemplateBody or TemplateURL must be specified.');
  const { document, transforms } = await checked(ctx, text);
  const resources = Object.entries(resourcesOf(document));
  return {
    Parameters: Object.entries(parameterDeclarations(document)).map(([ParameterKey, declaration]) => ({
      ParameterKey,
      DefaultValue: declaration.Default === undefined ? undefined : asText(declaration.Default),
      ParameterType: declaration.Type,
      NoEcho: String(declaration.NoEcho) === 'true',
      Description: declaration.Description,
      ParameterConstraints: { AllowedValues: declaration.AllowedValues?.map(asText) },
    })),
    Description: typeof document.Description === 'string' ? document.Description : undefined,
    ...neededCapabilities(document, transforms),
    ResourceTypes: [...new Set(resources.map(([, { Type }]) => Type))],
    Version: typeof document.AWSTemplateFormatVersion === 'string' ? document.AWSTemplateFormatVersion : undefined,
    Metadata: document.Metadata === undefined ? undefined : JSON.stringify(document.Metadata),
    DeclaredTransforms: transforms.length > 0 ? transforms : undefined,
    ResourceIdentifierSummaries: identifierSummaries(resources.map(([logicalId, { Type }]) => ({ logicalId, Type }))),
  };
}

function identifierSummaries(
  resources: { logicalId: string; Type: string }[],
): GetTemplateSummaryOutput['ResourceIdentifierSummaries'] {
  const byType = new Map<string, string[]>();
  for (const { logicalId, Type } of resources) byType.set(Type, [...(byType.get(Type) ?? []), logicalId]);
  return [...byType].flatMap(([ResourceType, LogicalResourceIds]) => {
    const ResourceIdentifiers = specificationOf(ResourceType)?.identifier;
    return ResourceIdentifiers ? [{ ResourceType, LogicalResourceIds, ResourceIdentifiers }] : [];
  });
}

async function checked(
  ctx: Context,
  text: string,
): Promise<{ document: Document; template: Template; transforms: string[] }> {
  try {
    const template = parseTemplate(text);
    const { document } = await applyTransforms(ctx, template, { given: [], previous: {}, lenient: true });
    const [wrong] = checkStructure(document);
    if (wrong) throw wrong;
    return { document, template, transforms: transformNames(template.document) };
  } catch (error) {
    throw asValidationError(error);
  }
}
