import type { IamInstanceProfileSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import { rootOf } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameterValue } from '../errors.ts';
import type { Instance } from '../instance-state.ts';
import { newId } from './noun.ts';

/** The instance profile named, which must be there. */
export async function profileFor(
  ctx: Context,
  named: IamInstanceProfileSpecification | undefined,
): Promise<Instance['profile']> {
  if (!named) return undefined;
  const InstanceProfileName = named.Name ?? named.Arn?.split('/').pop() ?? '';
  try {
    const { InstanceProfile } = await ctx.call<{ InstanceProfile: { Arn: string } }>(
      'iam',
      'GetInstanceProfile',
      { InstanceProfileName },
      { principal: rootOf(ctx.account) },
    );
    return { Arn: InstanceProfile.Arn, Name: InstanceProfileName, AssociationId: newId(ctx, 'iip-assoc') };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'NoSuchEntity') throw error;
    throw invalidParameterValue(
      `Value (${named.Name ?? named.Arn}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    );
  }
}
