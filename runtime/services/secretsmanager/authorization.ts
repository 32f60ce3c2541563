import type { Access, Context } from '../../kernel/service.ts';
import { findSecret, secretArn } from './state.ts';

const withoutResource = ['GetRandomPassword', 'ListSecrets', 'BatchGetSecretValue'];

/** "Actions, resources, and condition keys for AWS Secrets Manager" (Service Authorization Reference). */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const action = `secretsmanager:${operation}`;
  if (withoutResource.includes(operation)) return { action, resource: '*' };
  if (operation === 'CreateSecret') {
    const about = {
      resource: secretArn(ctx.region, ctx.account, String(input.Name), '??????'),
      conditions: {
        ...given(input, { Name: 'Name', Description: 'Description', KmsKeyId: 'KmsKeyId' }),
        ...tagKeys(input),
      },
    };
    const actions = input.Tags ? [action, 'secretsmanager:TagResource'] : [action];
    return actions.map((one) => ({ action: one, ...about }));
  }
  const SecretId = String(input.SecretId ?? '');
  const secret = findSecret(ctx, SecretId);
  if (!secret) {
    const resource = SecretId.startsWith('arn:') ? SecretId : secretArn(ctx.region, ctx.account, SecretId, '??????');
    return operation === 'ValidateResourcePolicy' && SecretId === '' ? { action, resource: '*' } : { action, resource };
  }
  const ownTags = Object.entries(secret.tags).flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value],
    [`secretsmanager:ResourceTag/${key}`, value],
  ]);
  return {
    action,
    resource: secret.ARN,
    resourcePolicy: secret.ResourcePolicy,
    resourceAccount: secret.account,
    conditions: {
      'secretsmanager:SecretId': secret.ARN,
      'secretsmanager:SecretPrimaryRegion': secret.region,
      ...(Object.fromEntries(ownTags) as Record<string, string>),
      ...(secret.RotationLambdaARN
        ? { 'secretsmanager:resource/AllowRotationLambdaArn': secret.RotationLambdaARN }
        : {}),
      ...given(input, {
        VersionId: 'VersionId',
        VersionStage: 'VersionStage',
        Description: 'Description',
        KmsKeyId: 'KmsKeyId',
        ForceDeleteWithoutRecovery: 'ForceDeleteWithoutRecovery',
        RecoveryWindowInDays: 'RecoveryWindowInDays',
        RotationLambdaARN: 'RotationLambdaARN',
        RotateImmediately: 'RotateImmediately',
        BlockPublicPolicy: 'BlockPublicPolicy',
      }),
      ...(operation === 'GetSecretValue' && input.VersionId === undefined && input.VersionStage === undefined
        ? { 'secretsmanager:VersionStage': 'AWSCURRENT' }
        : {}),
      ...tagKeys(input),
    },
  };
}

function given(input: Record<string, unknown>, keys: Record<string, string>): Record<string, string> {
  const present = Object.entries(keys).filter(([member]) => input[member] !== undefined);
  return Object.fromEntries(present.map(([member, key]) => [`secretsmanager:${key}`, String(input[member])]));
}

function tagKeys(input: Record<string, unknown>): Record<string, string | string[]> {
  const tags = (input.Tags ?? []) as { Key?: string; Value?: string }[];
  const keys = [...tags.map(({ Key = '' }) => Key), ...((input.TagKeys ?? []) as string[])];
  if (keys.length === 0) return {};
  const requested = tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value]);
  return { 'aws:TagKeys': keys, ...(Object.fromEntries(requested) as Record<string, string>) };
}
