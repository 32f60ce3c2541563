import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface RotationScheduleProperties {
  SecretId: string;
  RotationLambdaARN?: string;
  RotationRules?: { AutomaticallyAfterDays?: number; Duration?: string; ScheduleExpression?: string };
  RotateImmediatelyOnUpdate?: boolean;
}

const external = { refused: 'managed external secrets are not done.' };

/** Ref is the ARN of the secret. */
export const RotationSchedule = defineResource<RotationScheduleProperties>({
  type: 'AWS::SecretsManager::RotationSchedule',
  properties: {
    SecretId: 'executed',
    RotationLambdaARN: 'executed',
    RotationRules: 'executed',
    RotateImmediatelyOnUpdate: 'executed',
    HostedRotationLambda: {
      refused: 'it needs the transform AWS::SecretsManager-2020-07-23, which puts a function in its place.',
    },
    ExternalSecretRotationMetadata: external,
    ExternalSecretRotationRoleArn: external,
  },
  create: rotate,
  update: (ctx, _physicalId, properties) => rotate(ctx, properties),
  async delete(ctx, SecretId) {
    try {
      await ctx.call('secretsmanager', 'CancelRotateSecret', { SecretId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  },
});

async function rotate(ctx: ResourceContext, properties: RotationScheduleProperties) {
  const { SecretId, RotationLambdaARN, RotationRules, RotateImmediatelyOnUpdate = true } = properties;
  const days = RotationRules?.AutomaticallyAfterDays;
  const { ARN } = await ctx.call<{ ARN: string }>('secretsmanager', 'RotateSecret', {
    SecretId,
    ...(RotationLambdaARN === undefined ? {} : { RotationLambdaARN }),
    ...(RotationRules === undefined
      ? {}
      : {
          RotationRules: { ...RotationRules, ...(days === undefined ? {} : { AutomaticallyAfterDays: Number(days) }) },
        }),
    RotateImmediately: RotateImmediatelyOnUpdate,
  });
  return { physicalId: ARN, attributes: { Id: ARN } };
}
