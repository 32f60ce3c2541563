import { AwsError } from '../../kernel/errors.ts';

/** Amazon Route 53 API Reference, each action's "Errors"; the sentences are those its clients report. */
function error(code: string, status: number, message: string): AwsError {
  return new AwsError(code, message, { status });
}

/** Every problem of a batch is told at once. */
export function invalidChangeBatch(messages: readonly string[]): AwsError {
  return new AwsError('InvalidChangeBatch', `[${messages.join(', ')}]`, { members: { messages } });
}

export const invalidInput = (message: string) => error('InvalidInput', 400, message);
export const invalidArgument = (message: string) => error('InvalidArgument', 400, message);
export const noSuchHostedZone = (id: string) => error('NoSuchHostedZone', 404, `No hosted zone found with ID: ${id}`);
export const noSuchChange = (id: string) => error('NoSuchChange', 404, `Could not find resource with ID: ${id}`);
export const noSuchHealthCheck = (id: string) =>
  error('NoSuchHealthCheck', 404, `A health check with id ${id} does not exist.`);
export const hostedZoneAlreadyExists = (reference: string) =>
  error(
    'HostedZoneAlreadyExists',
    409,
    `A hosted zone has already been created with the specified caller reference: ${reference}`,
  );
export const hostedZoneNotEmpty = () =>
  error(
    'HostedZoneNotEmpty',
    400,
    'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
  );
export const invalidDomainName = (name: string) =>
  error('InvalidDomainName', 400, `DNS name '${name}' is not a valid domain name.`);
export const conflictingDomainExists = (name: string, vpc: string) =>
  error(
    'ConflictingDomainExists',
    400,
    `The VPC ${vpc} is already associated with a private hosted zone that has the name ${name}`,
  );
export const publicZoneVpcAssociation = (id: string) =>
  error('PublicZoneVPCAssociation', 400, `The hosted zone ${id} is public; only private hosted zones have VPCs.`);
export const lastVpcAssociation = () =>
  error(
    'LastVPCAssociation',
    400,
    'The last VPC of a private hosted zone cannot be disassociated; delete the zone instead.',
  );
export const vpcAssociationNotFound = (id: string, zone: string) =>
  error('VPCAssociationNotFound', 404, `The VPC ${id} is not associated with the hosted zone ${zone}.`);
export const healthCheckAlreadyExists = (reference: string) =>
  error(
    'HealthCheckAlreadyExists',
    409,
    `A health check with the caller reference ${reference} exists with other settings.`,
  );
export const healthCheckInUse = (id: string) =>
  error('HealthCheckInUse', 400, `The health check ${id} is in use by other health checks.`);
export const healthCheckVersionMismatch = () =>
  error(
    'HealthCheckVersionMismatch',
    409,
    'The value of HealthCheckVersion does not match the health check in the database.',
  );
export const noSuchQueryLoggingConfig = () =>
  error('NoSuchQueryLoggingConfig', 404, 'The specified query logging configuration does not exist.');
export const queryLoggingConfigAlreadyExists = () =>
  error('QueryLoggingConfigAlreadyExists', 409, 'A query logging configuration already exists for this hosted zone.');
export const noSuchCloudWatchLogsLogGroup = () =>
  error('NoSuchCloudWatchLogsLogGroup', 404, 'The specified CloudWatch Logs log group does not exist.');
