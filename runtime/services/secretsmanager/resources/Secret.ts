import type {
  CreateSecretResponse,
  DescribeSecretResponse,
  GetRandomPasswordRequest,
  GetRandomPasswordResponse,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf, tagsOf } from '../../../kernel/tags.ts';

interface SecretProperties {
  Name?: string;
  Description?: string;
  KmsKeyId?: string;
  SecretString?: string;
  GenerateSecretString?: GenerateSecretString;
  Tags?: { Key: string; Value: string }[];
}

interface GenerateSecretString extends GetRandomPasswordRequest {
  SecretStringTemplate?: string;
  GenerateStringKey?: string;
}

/** AWS::SecretsManager::Secret ("AWS::SecretsManager::Secret", CloudFormation Template Reference). Ref is the ARN. */
export const Secret = defineResource<SecretProperties>({
  type: 'AWS::SecretsManager::Secret',
  properties: {
    Name: 'executed',
    Description: 'stored',
    KmsKeyId: 'executed',
    SecretString: 'executed',
    GenerateSecretString: 'executed',
    ReplicaRegions: { refused: 'a secret lives in one region; replicas are not done.' },
    Type: { refused: 'managed external secrets are not done.' },
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const { Description, KmsKeyId } = properties;
    const SecretString = await wantedValue(ctx, properties);
    const { ARN = '' } = await ctx.call<CreateSecretResponse>('secretsmanager', 'CreateSecret', {
      Name: properties.Name ?? ctx.generateName({ maxLength: 512 }),
      Tags: tagListOf(ctx, properties.Tags),
      ...defined({ Description, KmsKeyId, SecretString }),
    });
    return state(ARN);
  },
  async update(ctx, ARN, properties, previous) {
    const { Description = '', KmsKeyId = '' } = properties;
    const SecretString = sameValue(properties, previous) ? undefined : await wantedValue(ctx, properties);
    const key = KmsKeyId === (previous.KmsKeyId ?? '') ? {} : { KmsKeyId };
    await ctx.call('secretsmanager', 'UpdateSecret', {
      SecretId: ARN,
      Description,
      ...key,
      ...defined({ SecretString }),
    });
    await retag(ctx, ARN, properties);
    return state(ARN);
  },
  /** A stack that is deleted can be made again under the same names, so its secrets do not linger. */
  async delete(ctx, SecretId) {
    await ctx.call('secretsmanager', 'DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
  },
  async read(ctx, SecretId) {
    try {
      const { Name, Description, KmsKeyId } = await ctx.call<DescribeSecretResponse>(
        'secretsmanager',
        'DescribeSecret',
        { SecretId },
      );
      return { Name, Description, KmsKeyId };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  },
});

function state(ARN: string) {
  return { physicalId: ARN, attributes: { Id: ARN } };
}

/** Neither SecretString nor GenerateSecretString makes a secret without a value. */
async function wantedValue(ctx: ResourceContext, properties: SecretProperties): Promise<string | undefined> {
  const { SecretString, GenerateSecretString } = properties;
  if (SecretString !== undefined && GenerateSecretString !== undefined) {
    throw new AwsError(
      'InvalidRequestException',
      "You can't specify both SecretString and GenerateSecretString of a secret.",
    );
  }
  return GenerateSecretString ? generated(ctx, GenerateSecretString) : SecretString;
}

async function generated(ctx: ResourceContext, wanted: GenerateSecretString): Promise<string> {
  const { SecretStringTemplate, GenerateStringKey, ...options } = wanted;
  if ((SecretStringTemplate === undefined) !== (GenerateStringKey === undefined)) {
    throw new AwsError(
      'InvalidRequestException',
      'SecretStringTemplate and GenerateStringKey of GenerateSecretString go together: specify both or neither.',
    );
  }
  const { RandomPassword = '' } = await ctx.call<GetRandomPasswordResponse>(
    'secretsmanager',
    'GetRandomPassword',
    options,
  );
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return RandomPassword;
  return JSON.stringify({ ...parsed(SecretStringTemplate), [GenerateStringKey]: RandomPassword });
}

function parsed(template: string): object {
  try {
    const value: unknown = JSON.parse(template);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw new AwsError('InvalidRequestException', 'Could not parse SecretStringTemplate JSON.');
}

function sameValue(a: SecretProperties, b: SecretProperties): boolean {
  return (
    a.SecretString === b.SecretString &&
    JSON.stringify(a.GenerateSecretString) === JSON.stringify(b.GenerateSecretString)
  );
}

async function retag(ctx: ResourceContext, SecretId: string, { Tags }: SecretProperties): Promise<void> {
  const { Tags: before = [] } = await ctx.call<DescribeSecretResponse>('secretsmanager', 'DescribeSecret', {
    SecretId,
  });
  const now = tagsOf(ctx, Tags);
  const TagKeys = before.map(({ Key = '' }) => Key).filter((key) => !Object.hasOwn(now, key));
  if (TagKeys.length > 0) await ctx.call('secretsmanager', 'UntagResource', { SecretId, TagKeys });
  if (Object.keys(now).length > 0)
    await ctx.call('secretsmanager', 'TagResource', { SecretId, Tags: tagListOf(ctx, Tags) });
}

function defined<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}
