import { lookupTable } from '../../../kernel/lookup-table.ts';
import { isRecord, type ResourceDefinition, TemplateError } from '../template/template.ts';

const sections: Record<string, string> = lookupTable({
  'AWS::Serverless::Function': 'Function',
  'AWS::Serverless::HttpApi': 'HttpApi',
  'AWS::Serverless::LayerVersion': 'LayerVersion',
  'AWS::Serverless::SimpleTable': 'SimpleTable',
});

/** "Globals section of the AWS SAM template": scalars are overridden, maps merged, lists added to. */
export function withGlobals(definition: ResourceDefinition, globals: Record<string, unknown>): ResourceDefinition {
  const name = sections[definition.Type];
  const shared = name === undefined ? undefined : globals[name];
  const known = [...Object.values(sections), 'Api'];
  const unknown = Object.keys(globals).find((section) => !known.includes(section));
  if (unknown)
    throw new TemplateError(
      `'Globals' section is invalid. '${unknown}' is not supported. Must be one of the following values - [${known.join(', ')}]`,
      { path: ['Globals', unknown] },
    );
  return isRecord(shared)
    ? { ...definition, Properties: merge(shared, definition.Properties ?? {}) as Record<string, unknown> }
    : definition;
}

function merge(shared: unknown, own: unknown): unknown {
  if (Array.isArray(shared) && Array.isArray(own)) return [...shared, ...own];
  if (!isRecord(shared) || !isRecord(own) || isFunction(shared) || isFunction(own)) return own;
  const result: Record<string, unknown> = { ...shared };
  for (const [key, value] of Object.entries(own)) result[key] = key in shared ? merge(shared[key], value) : value;
  return result;
}

function isFunction(value: Record<string, unknown>): boolean {
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'));
}
