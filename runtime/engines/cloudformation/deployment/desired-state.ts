import { zonesOf } from '../../../kernel/regions.ts';
import { conditionIsMet } from '../intrinsics/conditions.ts';
import { evaluate } from '../intrinsics/evaluate.ts';
import type { ReferencedResource, Scope } from '../intrinsics/scope.ts';
import { conformProperties } from '../properties/conform.ts';
import { specificationOf } from '../specification/specification.ts';
import type { Revision } from '../stacks/records.ts';
import { type DependencyGraph, dependencyGraph } from '../template/dependency-graph.ts';
import { parameterValues } from '../template/parameters.ts';
import { parseTemplate } from '../template/parse-template.ts';
import { pseudoValues, type StackIdentity } from '../template/pseudo-parameters.ts';
import { type Document, type ResourceDefinition, resourcesOf, TemplateError } from '../template/template.ts';

/** What a revision of a stack asks for: its resources whose condition is met, and their values once others are known. */
export interface DesiredState {
  document: Document;
  scope: Scope;
  resources: Record<string, ResourceDefinition>;
  graph: DependencyGraph;
  /** Throws TemplateError with AWS's sentence. */
  resource(logicalId: string): DesiredResource;
  /** All that is wrong with its values as far as they are known. */
  problems(logicalId: string): TemplateError[];
}

export interface DesiredResource {
  type: string;
  properties: Record<string, unknown>;
  dependencies: string[];
  Metadata: string | undefined;
  DeletionPolicy: string | undefined;
  UpdateReplacePolicy: string | undefined;
  CreationPolicy: Record<string, unknown> | undefined;
  UpdatePolicy: Record<string, unknown> | undefined;
}

export interface Lookups {
  resource(logicalId: string): ReferencedResource | undefined;
  exported(name: string): string | undefined;
}

export function desiredState(
  stack: StackIdentity,
  revision: Pick<Revision, 'template' | 'processed' | 'fileName' | 'parameters' | 'fetched'>,
  lookups: Lookups,
): DesiredState {
  const { document } = parseTemplate(revision.processed ?? revision.template, { fileName: revision.fileName });
  const values = { ...pseudoValues(stack), ...parameterValues(document, revision.parameters, revision.fetched) };
  const resources: Record<string, ResourceDefinition> = {};
  const scope: Scope = {
    document,
    values,
    conditions: new Map(),
    zones: zonesOf,
    exported: lookups.exported,
    resource: (logicalId) => (Object.hasOwn(resources, logicalId) ? lookups.resource(logicalId) : undefined),
  };
  for (const [logicalId, definition] of Object.entries(resourcesOf(document))) {
    const { Condition } = definition;
    if (Condition === undefined || conditionIsMet(Condition, scope, ['Resources', logicalId]))
      resources[logicalId] = definition;
  }
  const graph = dependencyGraph(resources, (condition) => conditionIsMet(condition, scope, ['Resources']));
  const state = { resources, scope, graph };
  return {
    document,
    ...state,
    resource: (logicalId) => desiredResource(logicalId, state),
    problems: (logicalId) => problems(logicalId, state),
  };
}

type Evaluated = Pick<DesiredState, 'resources' | 'scope' | 'graph'>;

function problems(logicalId: string, state: Evaluated): TemplateError[] {
  try {
    const { errors } = evaluatedProperties(logicalId, state);
    // Its other members, policies and metadata, have functions too.
    if (errors.length === 0) desiredResource(logicalId, state);
    return errors;
  } catch (error) {
    if (error instanceof TemplateError) return [error];
    throw error;
  }
}

function evaluatedProperties(logicalId: string, { resources, scope }: Evaluated) {
  const path = ['Resources', logicalId, 'Properties'];
  const { Type = '', Properties } = resources[logicalId] ?? {};
  const evaluated = (evaluate(Properties, scope, path) ?? {}) as Record<string, unknown>;
  const specification = isCustom(Type) ? undefined : specificationOf(Type);
  return specification ? conformProperties(evaluated, specification, path) : { properties: evaluated, errors: [] };
}

function desiredResource(logicalId: string, state: Evaluated): DesiredResource {
  const definition = state.resources[logicalId];
  if (!definition) throw new Error(`no resource ${logicalId}`);
  const path = ['Resources', logicalId];
  const within = (member: keyof ResourceDefinition) => evaluate(definition[member], state.scope, [...path, member]);
  const text = (member: 'DeletionPolicy' | 'UpdateReplacePolicy') => within(member) as string | undefined;
  return {
    type: definition.Type,
    properties: checked(evaluatedProperties(logicalId, state)),
    dependencies: [...(state.graph.get(logicalId) ?? [])],
    Metadata: definition.Metadata ? JSON.stringify(within('Metadata')) : undefined,
    DeletionPolicy: text('DeletionPolicy'),
    UpdateReplacePolicy: text('UpdateReplacePolicy'),
    CreationPolicy: within('CreationPolicy') as Record<string, unknown> | undefined,
    UpdatePolicy: within('UpdatePolicy') as Record<string, unknown> | undefined,
  };
}

function checked(conformed: { properties: Record<string, unknown>; errors: TemplateError[] }): Record<string, unknown> {
  const [first] = conformed.errors;
  if (first) throw first;
  return conformed.properties;
}

/** Its properties are whatever its provider understands. */
export function isCustom(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}
