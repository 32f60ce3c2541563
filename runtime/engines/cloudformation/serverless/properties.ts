import { isRecord, type ResourceDefinition, TemplateError } from '../template/template.ts';

export type Properties = Record<string, unknown>;

/** Copies what the target type has under the same name. */
export function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );
}

/** Refuses by name what an expansion does not carry over: nothing is silently dropped. */
export function refuseOthers(
  logicalId: string,
  { Type, Properties = {} }: ResourceDefinition,
  known: readonly string[],
): void {
  const other = Object.keys(Properties).find((name) => !known.includes(name));
  if (other) {
    throw new TemplateError(
      `Property ${other} of ${Type} is refused: Orrery does not expand it yet. (resource ${logicalId})`,
      {
        path: ['Resources', logicalId, 'Properties', other],
      },
    );
  }
}

/** A resource made for another shares what is said of the whole: its condition. */
export function made(
  from: ResourceDefinition,
  Type: string,
  Properties: Properties,
  more: Partial<ResourceDefinition> = {},
): ResourceDefinition {
  return { Type, Properties, ...(from.Condition !== undefined && { Condition: from.Condition }), ...more };
}

/** A resource that takes the place of the serverless one: all its attributes but the properties go with it. */
export function inPlace(from: ResourceDefinition, Type: string, Properties: Properties): ResourceDefinition {
  const { Type: _type, Properties: _properties, ...attributes } = from;
  return { ...attributes, Type, Properties };
}

export function attribute(logicalId: string, name: string): object {
  return { 'Fn::GetAtt': [logicalId, name] };
}

/** SAM writes tags as a map and adds its own mark. */
export function tagList(tags: unknown): { Key: string; Value: unknown }[] {
  const own = isRecord(tags) ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) : [];
  return [...own, { Key: 'lambda:createdBy', Value: 'SAM' }];
}

export function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
