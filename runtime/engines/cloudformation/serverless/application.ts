import { type Document, isRecord, type ResourceDefinition, TemplateError } from '../template/template.ts';
import { applicationName, rotationKinds, rotationTemplateUrl } from './applications/rotation-application.ts';
import type { Expansion } from './expand-serverless.ts';
import { inPlace, pick, refuseOthers } from './properties.ts';

/**
 * "AWS::Serverless::Application": an embedded stack, of a template in S3 or of an application of the Serverless
 * Application Repository. Of those, there are AWS's rotation functions for PostgreSQL, in a version of Orrery's own.
 */
export function expandApplication(
  logicalId: string,
  definition: ResourceDefinition,
  { resources }: Expansion,
  document: Document,
): void {
  refuseOthers(logicalId, definition, ['Location', 'Parameters', 'NotificationARNs', 'Tags', 'TimeoutInMinutes']);
  const properties = definition.Properties ?? {};
  const { Location } = properties;
  if (Location === undefined)
    throw new TemplateError(`Resource with id [${logicalId}] is invalid. Missing required property 'Location'.`);
  const TemplateURL =
    typeof Location === 'string'
      ? Location
      : publishedTemplate(logicalId, isRecord(Location) ? Location : {}, document);
  resources[logicalId] = inPlace(definition, 'AWS::CloudFormation::Stack', {
    TemplateURL,
    ...pick(properties, ['Parameters', 'NotificationARNs', 'TimeoutInMinutes']),
    ...(isRecord(properties.Tags)
      ? { Tags: Object.entries(properties.Tags).map(([Key, Value]) => ({ Key, Value })) }
      : {}),
  });
}

function publishedTemplate(logicalId: string, location: Record<string, unknown>, document: Document): string {
  const applicationId = resolved(location.ApplicationId, document);
  const name = /:applications\/(.+)$/.exec(String(applicationId))?.[1];
  const kind = rotationKinds.find((each) => applicationName(each) === name);
  if (kind) return rotationTemplateUrl(kind);
  throw new TemplateError(
    `Application ${String(applicationId)} is refused: of the Serverless Application Repository, Orrery has ${rotationKinds.map(applicationName).join(', ')} alone. (resource ${logicalId})`,
    { path: ['Resources', logicalId, 'Properties', 'Location'] },
  );
}

/** The transform works on the text: what it can know is a literal, a parameter's default and a mapping by partition. */
function resolved(value: unknown, document: Document): unknown {
  if (!isRecord(value)) return value;
  const member = (of: unknown, key: unknown): unknown => (isRecord(of) ? of[String(key)] : undefined);
  if (value.Ref === 'AWS::Partition') return 'aws';
  if (typeof value.Ref === 'string') return member(member(document.Parameters, value.Ref), 'Default');
  const path = value['Fn::FindInMap'];
  if (!Array.isArray(path)) return undefined;
  return path.map((part) => resolved(part, document)).reduce(member, document.Mappings);
}
