import { conditionFunctions } from '../intrinsics/conditions.ts';
import { asText } from '../intrinsics/scope.ts';
import { circularResources, dependencyGraph } from './dependency-graph.ts';
import { pseudoParameters } from './pseudo-parameters.ts';
import { explicitDependencies, type Reference, referencesOf, resourceReferences } from './references.ts';
import { type Document, isRecord, type Path, resourcesOf, section, TemplateError } from './template.ts';

const sections = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
];
const resourceMembers = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
];
const parameterMembers = [
  'Type',
  'Default',
  'NoEcho',
  'AllowedPattern',
  'AllowedValues',
  'ConstraintDescription',
  'Description',
  'MaxLength',
  'MaxValue',
  'MinLength',
  'MinValue',
];
const outputMembers = ['Description', 'Value', 'Export', 'Condition'];

/**
 * What is wrong with a processed template (transforms applied) as CloudFormation's own validation finds it, before any
 * parameter is known. In AWS's sentences, with paths.
 */
export function checkStructure(document: Document): TemplateError[] {
  const shape = [
    ...sectionErrors(document),
    ...quotaErrors(document),
    ...parameterErrors(document),
    ...resourceErrors(document),
    ...outputErrors(document),
  ];
  if (shape.length > 0) return shape;
  return [...referenceErrors(document), ...conditionErrors(document), ...circleErrors(document)];
}

/** "CloudFormation quotas" (AWS CloudFormation User Guide). */
const quotas = { Resources: 500, Parameters: 200, Outputs: 200, Mappings: 200 };

function quotaErrors(document: Document): TemplateError[] {
  return Object.entries(quotas).flatMap(([name, most]) => {
    const count = isRecord(document[name]) ? Object.keys(document[name]).length : 0;
    if (count <= most) return [];
    const sentence = `Number of ${name.toLowerCase()}, ${count}, is greater than maximum allowed, ${most}`;
    return [fault(`Template format error: ${sentence}`, [name])];
  });
}

function sectionErrors(document: Document): TemplateError[] {
  const errors: TemplateError[] = [];
  const unknown = Object.keys(document).filter((name) => !sections.includes(name));
  if (unknown.length > 0)
    errors.push(fault(`Invalid template property or properties [${unknown.join(', ')}]`, [unknown[0] ?? '']));
  const version = document.AWSTemplateFormatVersion;
  if (version !== undefined && version !== '2010-09-09') {
    errors.push(
      fault('Template format error: Value of AWSTemplateFormatVersion must be 2010-09-09', [
        'AWSTemplateFormatVersion',
      ]),
    );
  }
  if (document.Description !== undefined && typeof document.Description !== 'string') {
    errors.push(fault('Template format error: Description member must be of type String', ['Description']));
  }
  for (const name of ['Conditions', 'Mappings', 'Outputs', 'Parameters', 'Rules', 'Metadata']) {
    if (document[name] !== undefined && !isRecord(document[name])) {
      errors.push(
        fault(
          `Template format error: [/${name}] ${name === 'Metadata' ? 'Metadata' : `Every ${name} member`} must be an object.`,
          [name],
        ),
      );
    }
  }
  if (Object.keys(section(document, 'Resources')).length === 0) {
    errors.push(fault('Template format error: At least one Resources member must be defined.', ['Resources']));
  }
  return errors;
}

function parameterErrors(document: Document): TemplateError[] {
  const errors: TemplateError[] = [];
  for (const [name, parameter] of Object.entries(section(document, 'Parameters'))) {
    const path = ['Parameters', name];
    if (!isRecord(parameter))
      errors.push(fault('Template format error: Every Parameters object must contain a Type member.', path));
    else {
      const unknown = Object.keys(parameter).find((member) => !parameterMembers.includes(member));
      if (unknown) errors.push(fault(`Invalid template parameter property '${unknown}'`, [...path, unknown]));
      if (parameter.Type === undefined)
        errors.push(fault('Template format error: Every Parameters object must contain a Type member.', path));
      else if (!isParameterType(parameter.Type))
        errors.push(
          fault(`Template format error: Unrecognized parameter type: ${asText(parameter.Type)}`, [...path, 'Type']),
        );
    }
  }
  return errors;
}

/** "CloudFormation-supplied parameter types" and "SSM parameter types", CloudFormation User Guide. */
function isParameterType(type: unknown): boolean {
  if (typeof type !== 'string') return false;
  const ssm = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
  const inner = /^List<(.+)>$/.exec(ssm ?? type)?.[1] ?? ssm ?? type;
  if (['String', 'Number', 'CommaDelimitedList', 'AWS::SSM::Parameter::Name'].includes(inner)) return true;
  return /^AWS::(?:EC2|Route53)::[A-Za-z0-9]+::[A-Za-z]+$/.test(inner);
}

function resourceErrors(document: Document): TemplateError[] {
  const errors: TemplateError[] = [];
  for (const [logicalId, definition] of Object.entries(section(document, 'Resources'))) {
    const path = ['Resources', logicalId];
    if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId)) {
      errors.push(fault(`Template format error: Resource name ${logicalId} is non alphanumeric.`, path));
    }
    if (!isRecord(definition)) {
      errors.push(fault('Template format error: Any Resources member must be an object.', path));
      continue;
    }
    if (typeof definition.Type !== 'string' || definition.Type === '') {
      errors.push(
        fault(
          `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
          path,
        ),
      );
    }
    const unknown = Object.keys(definition).find((member) => !resourceMembers.includes(member));
    if (unknown) errors.push(fault(`Invalid template resource property '${unknown}'`, [...path, unknown]));
    if (definition.Properties !== undefined && !isRecord(definition.Properties)) {
      errors.push(
        fault(`Template format error: [/Resources/${logicalId}/Properties] Properties must be an object.`, [
          ...path,
          'Properties',
        ]),
      );
    }
    errors.push(...nullErrors(definition, path));
  }
  return errors;
}

function nullErrors(value: unknown, path: Path): TemplateError[] {
  if (value === null)
    return [fault(`Template format error: [/${path.join('/')}] 'null' values are not allowed in templates`, path)];
  if (typeof value !== 'object') return [];
  return Object.entries(value as object).flatMap(([key, entry]) =>
    nullErrors(entry, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function outputErrors(document: Document): TemplateError[] {
  return Object.entries(section(document, 'Outputs')).flatMap(([name, output]) => {
    const path = ['Outputs', name];
    if (!isRecord(output) || output.Value === undefined) {
      return [fault('Template format error: Every Outputs member must contain a Value object', path)];
    }
    const unknown = Object.keys(output).find((member) => !outputMembers.includes(member));
    return unknown ? [fault(`Invalid template output property '${unknown}'`, [...path, unknown])] : [];
  });
}

function referenceErrors(document: Document): TemplateError[] {
  const known = new Set([
    ...Object.keys(section(document, 'Parameters')),
    ...pseudoParameters,
    ...Object.keys(section(document, 'Resources')),
  ]);
  const inResources = Object.entries(resourcesOf(document)).flatMap(([logicalId, definition]) => [
    ...resourceReferences(logicalId, definition),
    ...explicitDependencies(definition)
      .filter((name) => !Object.hasOwn(section(document, 'Resources'), name))
      .map((name) => ({ name, attribute: undefined, path: ['Resources', logicalId, 'DependsOn'] })),
  ]);
  const inOutputs = referencesOf(document.Outputs, ['Outputs']);
  return [...missing(inResources, known, 'Resources'), ...missing(inOutputs, known, 'Outputs')];
}

function missing(references: Reference[], known: ReadonlySet<string>, block: string): TemplateError[] {
  const absent = references.filter(({ name }) => !known.has(name));
  const [first] = absent;
  if (!first) return [];
  const names = [...new Set(absent.map(({ name }) => name))].join(', ');
  const attribute = absent.every((reference) => reference.attribute !== undefined);
  return [
    fault(
      attribute
        ? `Template error: instance of Fn::GetAtt references undefined resource ${first.name}`
        : `Template format error: Unresolved resource dependencies [${names}] in the ${block} block of the template`,
      first.path,
    ),
  ];
}

function conditionErrors(document: Document): TemplateError[] {
  const conditions = section(document, 'Conditions');
  const parameters = new Set([...Object.keys(section(document, 'Parameters')), ...pseudoParameters]);
  const errors: TemplateError[] = [];
  for (const [name, condition] of Object.entries(conditions)) {
    const path = ['Conditions', name];
    const [call] = isRecord(condition) ? Object.keys(condition) : [];
    if (!call || !(conditionFunctions.has(call) || call === 'Condition')) {
      errors.push(
        fault('Template format error: Every Conditions member must contain a boolean condition function', path),
      );
    }
    const absent = referencesOf(condition, path).find((reference) => !parameters.has(reference.name));
    if (absent) {
      errors.push(
        fault(
          `Template format error: Unresolved dependencies [${absent.name}]. Cannot reference resources in the Conditions block of the template`,
          absent.path,
        ),
      );
    }
  }
  for (const block of ['Resources', 'Outputs']) {
    for (const [name, member] of Object.entries(section(document, block))) {
      const used = isRecord(member) ? member.Condition : undefined;
      if (used !== undefined && !(typeof used === 'string' && Object.hasOwn(conditions, used))) {
        errors.push(
          fault(
            `Template format error: Unresolved condition dependency ${asText(used)} in the ${block} block of the template`,
            [block, name, 'Condition'],
          ),
        );
      }
    }
  }
  return errors;
}

function circleErrors(document: Document): TemplateError[] {
  const circle = circularResources(dependencyGraph(resourcesOf(document)));
  if (circle.length === 0) return [];
  return [fault(`Circular dependency between resources: [${circle.join(', ')}]`, ['Resources', circle[0] ?? ''])];
}

function fault(message: string, path: Path): TemplateError {
  return new TemplateError(message, { path });
}
