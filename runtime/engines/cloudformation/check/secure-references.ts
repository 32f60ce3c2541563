import { isCustom } from '../deployment/desired-state.ts';
import { type ResourceDefinition, TemplateError } from '../template/template.ts';

/** "Resources that support dynamic parameter patterns for secure strings" (AWS CloudFormation User Guide). */
const supported: ReadonlySet<string> = new Set([
  'AWS::DirectoryService::MicrosoftAD.Password',
  'AWS::DirectoryService::SimpleAD.Password',
  'AWS::ElastiCache::ReplicationGroup.AuthToken',
  'AWS::IAM::User.LoginProfile.Password',
  'AWS::KinesisFirehose::DeliveryStream.RedshiftDestinationConfiguration.Password',
  'AWS::OpsWorks::App.AppSource.Password',
  'AWS::OpsWorks::Stack.CustomCookbooksSource.Password',
  'AWS::OpsWorks::Stack.RdsDbInstances.DbPassword',
  'AWS::RDS::DBCluster.MasterUserPassword',
  'AWS::RDS::DBInstance.MasterUserPassword',
  'AWS::Redshift::Cluster.MasterUserPassword',
]);

/** A secure string of Parameter Store goes where passwords go and nowhere else, least of all to a custom resource. */
export function secureReferenceErrors(logicalId: string, { Type, Properties }: ResourceDefinition): TemplateError[] {
  return pathsIn(Properties ?? {}, [])
    .filter((path) => isCustom(Type) || !supported.has([Type, ...path.filter(isName)].join('.')))
    .map(
      (path) =>
        new TemplateError(
          `SSM Secure reference is not supported in: [${[Type, 'Properties', ...path.filter(isName)].join('/')}]`,
          { path: ['Resources', logicalId, 'Properties', ...path] },
        ),
    );
}

function pathsIn(value: unknown, path: string[]): string[][] {
  if (typeof value === 'string') return value.includes('{{resolve:ssm-secure:') ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => pathsIn(member, [...path, name]));
}

/** Places in a list are no part of a property's name. */
function isName(step: string): boolean {
  return !/^\d+$/.test(step);
}
