import type { Registry } from '../../../kernel/resource-registry.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import { resourceTypeIn } from '../deployment/resource-types.ts';
import { specificationOf } from '../specification/specification.ts';
import { type Position, resourcesOf, type Template } from '../template/template.ts';
import { fidelitiesOf } from './check-resources.ts';

/** What one property of a template's resource comes to on this runtime. */
export interface ResourceFidelity {
  logicalId: string;
  type: string;
  /** Dotted; empty for the type as a whole. */
  property: string;
  fidelity: Fidelity;
  position: Position | undefined;
}

/** For every resource of the template, executed, stored or refused, property by property. Pure: nothing is evaluated. */
export function describeFidelity(
  template: Template,
  { resourceTypes }: Pick<Registry, 'resourceTypes'>,
): ResourceFidelity[] {
  return Object.entries(resourcesOf(template.document)).flatMap(([logicalId, definition]): ResourceFidelity[] => {
    const { Type: type } = definition;
    const whole = (fidelity: Fidelity): ResourceFidelity => ({
      logicalId,
      type,
      property: '',
      fidelity,
      position: template.locate(['Resources', logicalId, 'Type']),
    });
    if (!resourceTypeIn(resourceTypes, type)) {
      return [
        whole({
          refused: specificationOf(type) ? 'Orrery has no such resource type yet' : 'AWS has no such resource type',
        }),
      ];
    }
    const unknown = unknownProperties(type, definition.Properties ?? {}).map((property) => ({
      logicalId,
      type,
      property,
      fidelity: { refused: 'AWS has no such property' },
      position: template.locate(['Resources', logicalId, 'Properties', property]),
    }));
    const properties = fidelitiesOf(logicalId, definition, resourceTypes).map(({ property, fidelity, path }) => ({
      logicalId,
      type,
      property,
      fidelity,
      position: template.locate(path),
    }));
    return [whole('executed'), ...unknown, ...properties];
  });
}

function unknownProperties(type: string, properties: Record<string, unknown>): string[] {
  const specification = specificationOf(type);
  if (!specification || type === 'AWS::CloudFormation::CustomResource') return [];
  return Object.keys(properties).filter((name) => !Object.hasOwn(specification.properties, name));
}
