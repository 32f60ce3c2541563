import { AwsError } from '../../kernel/errors.ts';

/** DynamoDB API Reference, "Common Errors" and each action's errors; sentences as the service gives them. */

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** A constraint of the model that a value breaks, in the words of AWS's request validation. */
export function constraint(value: unknown, member: string, sentence: string): AwsError {
  return validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${sentence}`,
  );
}

/** DescribeTable, UpdateTable and DeleteTable name the table. */
export function tableNotFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
}

/** Data operations word it so. */
export function resourceNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}

export function arnNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: ResourcArn: ${arn} not found`);
}

export function tableMissing(name: string): AwsError {
  return new AwsError('TableNotFoundException', `Table not found: ${name}`);
}

export function tableExists(name: string): AwsError {
  return new AwsError('TableAlreadyExistsException', `Table already exists: ${name}`);
}

export function tableInUse(name: string): AwsError {
  return new AwsError('ResourceInUseException', `Table already exists: ${name}`);
}

export function backupNotFound(arn: string): AwsError {
  return new AwsError('BackupNotFoundException', `Backup not found: ${arn}`);
}

export function conditionalCheckFailed(item: object | undefined): AwsError {
  return new AwsError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    item ? { members: { Item: item } } : {},
  );
}

/** "Throttling" in "Error handling with DynamoDB"; `index` when a global secondary index is what is short. */
export function throughputExceeded(index: boolean): AwsError {
  const sentence = index
    ? 'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API'
    : 'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.';
  return new AwsError('ProvisionedThroughputExceededException', sentence);
}

export function onDemandExceeded(): AwsError {
  return new AwsError(
    'ThrottlingException',
    'Throughput exceeds the maximum OnDemandThroughput configured on table or index.',
  );
}

/** How DynamoDB passes on what KMS refuses: its own code by the kind, then KMS's exception as its Java client prints it. */
export function keyInaccessible(refusal: AwsError): AwsError {
  const denied = /^AccessDenied/.test(refusal.code);
  const kind = denied ? 'key access denied' : refusal.code === 'DisabledException' ? 'key disabled' : 'validation';
  const exception = `com.amazonaws.services.kms.model.${denied ? 'AWSKMSException' : refusal.code}`;
  const about = `(Service: AWSKMS; Status Code: ${refusal.status}; Error Code: ${refusal.code})`;
  return new AwsError(
    denied ? 'AccessDeniedException' : 'ValidationException',
    `KMS ${kind} error: ${exception}: ${refusal.message} ${about}`,
  );
}
