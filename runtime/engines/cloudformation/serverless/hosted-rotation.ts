import { lookupTable } from '../../../kernel/lookup-table.ts';
import { type Document, isRecord, resourcesOf, TemplateError } from '../template/template.ts';
import { type RotationKind, rotationKinds, rotationTemplateUrl } from './applications/rotation-application.ts';

export const hostedRotationTransforms = ['AWS::SecretsManager-2020-07-23', 'AWS::SecretsManager-2024-09-16'];

/** What of HostedRotationLambda the embedded stack is told, by its parameters. */
const parameters: Readonly<Record<string, string>> = lookupTable({
  RotationLambdaName: 'functionName',
  KmsKeyArn: 'kmsKeyArn',
  MasterSecretArn: 'masterSecretArn',
  MasterSecretKmsKeyArn: 'masterSecretKmsKeyArn',
  SuperuserSecretArn: 'superuserSecretArn',
  SuperuserSecretKmsKeyArn: 'superuserSecretKmsKeyArn',
  VpcSecurityGroupIds: 'vpcSecurityGroupIds',
  VpcSubnetIds: 'vpcSubnetIds',
  ExcludeCharacters: 'excludeCharacters',
  Runtime: 'runtime',
});

/**
 * The transform AWS::SecretsManager: an embedded stack with the rotation function in place of each HostedRotationLambda
 * ("AWS::SecretsManager transform", CloudFormation User Guide).
 */
export function expandHostedRotation(document: Document): Document {
  const Resources = { ...resourcesOf(document) };
  for (const [logicalId, definition] of Object.entries(Resources)) {
    const { HostedRotationLambda: hosted, ...properties } = definition.Properties ?? {};
    if (definition.Type !== 'AWS::SecretsManager::RotationSchedule' || !isRecord(hosted)) continue;
    const stack = `${logicalId}HostedRotationLambda`;
    Resources[stack] = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: templateOf(logicalId, hosted.RotationType), Parameters: given(logicalId, hosted) },
      ...(definition.Condition === undefined ? {} : { Condition: definition.Condition }),
    };
    const RotationLambdaARN = { 'Fn::GetAtt': [stack, 'Outputs.RotationLambdaARN'] };
    Resources[logicalId] = { ...definition, Properties: { ...properties, RotationLambdaARN } };
  }
  return { ...document, Resources };
}

function templateOf(logicalId: string, type: unknown): string {
  const kind = rotationKinds.find((each): each is RotationKind => each === type);
  if (kind) return rotationTemplateUrl(kind);
  throw new TemplateError(
    `HostedRotationLambda of type ${String(type)} is refused: Orrery has ${rotationKinds.join(', ')} alone. (resource ${logicalId})`,
    { path: ['Resources', logicalId, 'Properties', 'HostedRotationLambda', 'RotationType'] },
  );
}

function given(logicalId: string, hosted: Record<string, unknown>): Record<string, unknown> {
  const told = Object.entries(parameters).flatMap(([property, parameter]) =>
    hosted[property] === undefined ? [] : [[parameter, hosted[property]] as const],
  );
  return {
    functionName: { 'Fn::Sub': `SecretsManager\${AWS::StackName}-${logicalId}`.slice(0, 90) },
    endpoint: { 'Fn::Sub': 'https://secretsmanager.${AWS::Region}.${AWS::URLSuffix}' },
    ...Object.fromEntries(told),
  };
}
