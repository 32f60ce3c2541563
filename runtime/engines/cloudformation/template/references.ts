import { intrinsicCall } from '../intrinsics/evaluate.ts';
import { asText } from '../intrinsics/scope.ts';
import { subNames } from '../intrinsics/sub.ts';
import { splitAttribute } from './short-forms.ts';
import { isRecord, type Path, type ResourceDefinition } from './template.ts';

/** A name that a value refers to: a parameter, a pseudo parameter, or a resource with or without an attribute. */
export interface Reference {
  name: string;
  attribute: string | undefined;
  path: Path;
}

/**
 * Everything a value refers to by Ref, Fn::GetAtt and Fn::Sub. Of an Fn::If only the branch `taken` says, or both when it
 * is not told.
 */
export function referencesOf(value: unknown, path: Path, taken?: (condition: string) => boolean): Reference[] {
  const found: Reference[] = [];
  collect(value, path, { found, taken });
  return found;
}

interface Collecting {
  found: Reference[];
  taken: ((condition: string) => boolean) | undefined;
}

function collect(value: unknown, path: Path, into: Collecting): void {
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) collect(entry, [...path, index], into);
    return;
  }
  if (!isRecord(value)) return;
  const call = intrinsicCall(value);
  if (call && collectCall(call.name, call.argument, [...path, call.name], into)) return;
  for (const [key, entry] of Object.entries(value)) collect(entry, [...path, key], into);
}

/** True when nothing is left to look at below. */
function collectCall(name: string, argument: unknown, path: Path, into: Collecting): boolean {
  const { found, taken } = into;
  if (name === 'Ref' && !isRecord(argument)) {
    found.push({ name: asText(argument), attribute: undefined, path });
    return true;
  }
  if (name === 'Fn::GetAtt') {
    const parts = typeof argument === 'string' ? splitAttribute(argument) : argument;
    if (Array.isArray(parts) && typeof parts[0] === 'string') {
      const attribute = parts.slice(1).every((part) => typeof part === 'string') ? parts.slice(1).join('.') : '';
      found.push({ name: parts[0], attribute, path });
    }
    return false;
  }
  if (name === 'Fn::Sub') {
    for (const text of subNames(argument)) {
      const [logicalId = '', attribute] = splitAttribute(text);
      found.push(
        text.startsWith('AWS::') ? { name: text, attribute: undefined, path } : { name: logicalId, attribute, path },
      );
    }
    return false;
  }
  if (name === 'Fn::If' && taken && Array.isArray(argument) && typeof argument[0] === 'string') {
    const branch = taken(argument[0]) ? 1 : 2;
    collect(argument[branch], [...path, branch], into);
    return true;
  }
  return false;
}

/** Where a resource's definition can refer to others; Type, Condition and DependsOn cannot hold functions. */
const referringMembers = [
  'Properties',
  'Metadata',
  'CreationPolicy',
  'UpdatePolicy',
  'DeletionPolicy',
  'UpdateReplacePolicy',
] as const;

export function resourceReferences(
  logicalId: string,
  definition: ResourceDefinition,
  taken?: (condition: string) => boolean,
): Reference[] {
  return referringMembers.flatMap((member) =>
    referencesOf(definition[member], ['Resources', logicalId, member], taken),
  );
}

export function explicitDependencies(definition: ResourceDefinition): string[] {
  const { DependsOn } = definition;
  return DependsOn === undefined ? [] : Array.isArray(DependsOn) ? DependsOn : [DependsOn];
}
