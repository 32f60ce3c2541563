import { lookupTable } from '../../../kernel/lookup-table.ts';
import { insteadOf } from '../check/instead.ts';
import { type Document, isRecord, type ResourceDefinition, resourcesOf, TemplateError } from '../template/template.ts';
import { expandApplication } from './application.ts';
import { expandFunction } from './function.ts';
import { withGlobals } from './globals.ts';
import { expandHttpApi } from './http-api.ts';
import { expandLayer, expandSimpleTable } from './layer-and-table.ts';

export const serverlessTransform = 'AWS::Serverless-2016-10-31';

/** What a serverless resource becomes: resources by logical id, added to those already there. */
export interface Expansion {
  resources: Record<string, ResourceDefinition>;
}

type Expander = (logicalId: string, definition: ResourceDefinition, into: Expansion, document: Document) => void;

/** "AWS SAM resource and property reference". Types that are not here are refused by name. */
const expanders: Record<string, Expander> = lookupTable({
  'AWS::Serverless::Application': expandApplication,
  'AWS::Serverless::Function': expandFunction,
  'AWS::Serverless::HttpApi': expandHttpApi,
  'AWS::Serverless::LayerVersion': expandLayer,
  'AWS::Serverless::SimpleTable': expandSimpleTable,
});

/**
 * The transform AWS::Serverless-2016-10-31: plain CloudFormation resources in place of AWS::Serverless ones. An HTTP API
 * is written out as routes and integrations rather than as one OpenAPI body; it answers the same.
 */
export function expandServerless(document: Document): Document {
  const { Globals, ...rest } = document;
  const into: Expansion = { resources: {} };
  const all = Object.entries(resourcesOf(document));
  for (const [logicalId, definition] of all) {
    if (!String(definition?.Type).startsWith('AWS::Serverless::'))
      into.resources[logicalId] = structuredClone(definition);
  }
  // Functions last: their events add to APIs and buckets that must be there.
  const serverless = all.filter(([, definition]) => String(definition?.Type).startsWith('AWS::Serverless::'));
  const functionsLast = serverless.sort(
    ([, a], [, b]) => Number(a.Type.endsWith('::Function')) - Number(b.Type.endsWith('::Function')),
  );
  for (const [logicalId, definition] of functionsLast) {
    const expander = expanders[definition.Type];
    if (!expander)
      throw new TemplateError(
        `Resource type ${definition.Type} is refused: Orrery does not expand it yet.${insteadOf([definition.Type])} (resource ${logicalId})`,
        { path: ['Resources', logicalId, 'Type'] },
      );
    expander(logicalId, withGlobals(definition, isRecord(Globals) ? Globals : {}), into, document);
  }
  return { ...rest, Resources: into.resources };
}
