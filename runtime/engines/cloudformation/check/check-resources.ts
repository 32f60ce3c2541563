import type { ResourceType } from '../../../kernel/resource.ts';
import { type DesiredState, isCustom } from '../deployment/desired-state.ts';
import { resourceTypeIn } from '../deployment/resource-types.ts';
import { type PropertyFidelity, propertyFidelities } from '../properties/fidelity.ts';
import { specificationOf } from '../specification/specification.ts';
import { type Reference, referencesOf, resourceReferences } from '../template/references.ts';
import { type ResourceDefinition, resourcesOf, TemplateError } from '../template/template.ts';
import { insteadOf } from './instead.ts';
import { secureReferenceErrors } from './secure-references.ts';

/**
 * What would make a deployment fail that can be told before anything is created: types and properties nobody knows or
 * Orrery refuses, values of the wrong type, attributes a type does not have. `desired` has unknown values for what only
 * the deployment will bring.
 */
export function checkResources(desired: DesiredState, types: ReadonlyMap<string, ResourceType>): TemplateError[] {
  const unknown = unknownTypes(desired, types);
  return unknown ? [unknown] : checkKnownResources(desired, types);
}

/** The same for a person, who wants to hear of everything at once: an unknown type is one problem of many. */
export function checkEveryResource(desired: DesiredState, types: ReadonlyMap<string, ResourceType>): TemplateError[] {
  const unknown = Object.entries(desired.resources).flatMap(([logicalId, { Type }]) => {
    if (resourceTypeIn(types, Type)) return [];
    const what = specificationOf(Type)
      ? `Resource type ${Type} is refused: Orrery does not run it yet.${insteadOf([Type])}`
      : `Resource type ${Type} is unknown: AWS has no such type.`;
    return [new TemplateError(`${what} (resource ${logicalId})`, { path: ['Resources', logicalId, 'Type'] })];
  });
  return [...unknown, ...checkKnownResources(desired, types)];
}

function checkKnownResources(desired: DesiredState, types: ReadonlyMap<string, ResourceType>): TemplateError[] {
  return [
    ...Object.entries(desired.resources)
      .filter(([, { Type }]) => resourceTypeIn(types, Type))
      .flatMap(([logicalId, definition]) => resourceErrors(desired, types, logicalId, definition)),
    ...attributeErrors(desired),
  ];
}

function unknownTypes(desired: DesiredState, types: ReadonlyMap<string, ResourceType>): TemplateError | undefined {
  const absent = Object.entries(desired.resources).filter(([, { Type }]) => !resourceTypeIn(types, Type));
  const [first] = absent;
  if (!first) return undefined;
  const names = [...new Set(absent.map(([, { Type }]) => Type))];
  const ours = names.filter((name) => specificationOf(name));
  const why = ours.length > 0 ? ` AWS has ${ours.join(', ')}; Orrery has no such type yet.${insteadOf(ours)}` : '';
  return new TemplateError(
    `Template format error: Unrecognized resource types: [${names.join(', ')}]${why && `.${why}`}`,
    {
      path: ['Resources', first[0], 'Type'],
    },
  );
}

function resourceErrors(
  desired: DesiredState,
  types: ReadonlyMap<string, ResourceType>,
  logicalId: string,
  definition: ResourceDefinition,
): TemplateError[] {
  const errors = [
    ...policyErrors(logicalId, definition, resourceTypeIn(types, definition.Type)),
    ...updatePolicyErrors(logicalId, definition),
  ];
  errors.push(...desired.problems(logicalId), ...secureReferenceErrors(logicalId, definition));
  for (const { property, path, fidelity } of fidelitiesOf(logicalId, definition, types)) {
    if (typeof fidelity === 'string') continue;
    errors.push(
      new TemplateError(
        `Property ${property} of ${definition.Type} is refused: ${fidelity.refused.replace(/\.$/, '')}. (resource ${logicalId})`,
        { path },
      ),
    );
  }
  return errors;
}

export function fidelitiesOf(
  logicalId: string,
  definition: ResourceDefinition,
  types: ReadonlyMap<string, ResourceType>,
): PropertyFidelity[] {
  const type = resourceTypeIn(types, definition.Type);
  if (!type || isCustom(definition.Type)) return [];
  const specification = specificationOf(definition.Type);
  // A property the specification does not know is an error of its own.
  return propertyFidelities(definition.Properties ?? {}, type, specification, [
    'Resources',
    logicalId,
    'Properties',
  ]).filter(
    ({ property }) => !specification || Object.hasOwn(specification.properties, property.split('.', 1)[0] ?? ''),
  );
}

/** "DeletionPolicy attribute": types that can take a snapshot on AWS. Those that Orrery does not run are none here. */
const snapshotTypes =
  /^AWS::(?:DocDB::DBCluster|EC2::Volume|ElastiCache::(?:CacheCluster|ReplicationGroup)|Neptune::DBCluster|RDS::DB(?:Cluster|Instance)|Redshift::Cluster)$/;

function policyErrors(
  logicalId: string,
  definition: ResourceDefinition,
  type: ResourceType | undefined,
): TemplateError[] {
  return (['DeletionPolicy', 'UpdateReplacePolicy'] as const).flatMap((member) => {
    const policy = definition[member];
    const path = ['Resources', logicalId, member];
    if (policy === undefined || typeof policy === 'object') return [];
    const allowed = member === 'DeletionPolicy' ? ['Delete', 'Retain', 'RetainExceptOnCreate'] : ['Delete', 'Retain'];
    if (allowed.includes(String(policy))) return [];
    if (policy === 'Snapshot') {
      const { Type } = definition;
      if (type?.deleteWithSnapshot) return [];
      const sentence = snapshotTypes.test(Type)
        ? `${member} Snapshot of ${Type} is refused: Orrery does not take that snapshot yet`
        : `Template error: resource type ${Type} does not support deletion policy Snapshot`;
      return [new TemplateError(sentence, { path })];
    }
    return [
      new TemplateError(`Template error: Invalid ${member} ${String(policy)} for resource ${logicalId}`, { path }),
    ];
  });
}

/** UpdatePolicy means something only to the types it is documented for ("UpdatePolicy attribute"). */
function updatePolicyErrors(logicalId: string, { Type, UpdatePolicy }: ResourceDefinition): TemplateError[] {
  if (UpdatePolicy === undefined) return [];
  const path = ['Resources', logicalId, 'UpdatePolicy'];
  if (Type === 'AWS::AutoScaling::AutoScalingGroup') return [];
  return [
    new TemplateError(`UpdatePolicy of ${Type} is refused: Orrery does not carry it out yet. (resource ${logicalId})`, {
      path,
    }),
  ];
}

function attributeErrors(desired: DesiredState): TemplateError[] {
  const all = resourcesOf(desired.document);
  const references: Reference[] = [
    ...Object.entries(desired.resources).flatMap(([logicalId, definition]) =>
      resourceReferences(logicalId, definition),
    ),
    ...referencesOf(desired.document.Outputs, ['Outputs']),
  ];
  return references.flatMap(({ name, attribute, path }) => {
    const definition = all[name];
    if (!definition || !attribute || supports(definition.Type, attribute)) return [];
    return [
      new TemplateError(`Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`, {
        path,
      }),
    ];
  });
}

function supports(type: string, attribute: string): boolean {
  if (isCustom(type) || type === 'AWS::CloudFormation::Stack') return true;
  const specification = specificationOf(type);
  if (!specification) return true;
  const { attributes, properties } = specification;
  const known = [...attributes, ...Object.keys(properties), ...(specification.identifier ?? [])];
  return known.some(
    (name) => attribute === name || attribute.startsWith(`${name}.`) || name.startsWith(`${attribute}.`),
  );
}
