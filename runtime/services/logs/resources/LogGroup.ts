import {
  defineResource,
  type ReadProperties,
  type ResourceContext,
  type ResourceState,
} from '../../../kernel/resource.ts';
import { tagsOf } from '../../../kernel/tags.ts';

interface LogGroupProperties {
  LogGroupName?: string;
  RetentionInDays?: number;
  KmsKeyId?: string;
  LogGroupClass?: string;
  DeletionProtectionEnabled?: boolean;
  Tags?: { Key: string; Value: string }[];
}

interface Described {
  logGroupName?: string;
  retentionInDays?: number;
  kmsKeyId?: string;
  logGroupClass?: string;
  deletionProtectionEnabled?: boolean;
  arn?: string;
  logGroupArn?: string;
}

/** AWS::Logs::LogGroup. Ref is the name; the attribute Arn ends in `:*`. */
export const LogGroup = defineResource<LogGroupProperties>({
  type: 'AWS::Logs::LogGroup',
  properties: {
    LogGroupName: 'executed',
    RetentionInDays: 'executed',
    KmsKeyId: 'stored',
    LogGroupClass: 'executed',
    DeletionProtectionEnabled: 'executed',
    Tags: 'stored',
    DataProtectionPolicy: { refused: 'sensitive data is not masked.' },
    FieldIndexPolicies: { refused: 'field indexes serve Logs Insights, which does not run.' },
    ResourcePolicyDocument: { refused: 'use AWS::Logs::ResourcePolicy.' },
    BearerTokenAuthenticationEnabled: { refused: 'only signed requests are taken.' },
  },
  async create(ctx, properties) {
    const logGroupName = properties.LogGroupName ?? ctx.generateName({ maxLength: 512 });
    await ctx.call('logs', 'CreateLogGroup', {
      logGroupName,
      kmsKeyId: properties.KmsKeyId,
      logGroupClass: properties.LogGroupClass,
      deletionProtectionEnabled: properties.DeletionProtectionEnabled,
      tags: tagsOf(ctx, properties.Tags),
    });
    await retain(ctx, logGroupName, properties.RetentionInDays);
    return describe(ctx, logGroupName);
  },
  async update(ctx, logGroupName, properties, previous) {
    if (properties.RetentionInDays !== previous.RetentionInDays)
      await retain(ctx, logGroupName, properties.RetentionInDays);
    if (properties.KmsKeyId !== previous.KmsKeyId) {
      if (properties.KmsKeyId)
        await ctx.call('logs', 'AssociateKmsKey', { logGroupName, kmsKeyId: properties.KmsKeyId });
      else await ctx.call('logs', 'DisassociateKmsKey', { logGroupName });
    }
    if (properties.DeletionProtectionEnabled !== previous.DeletionProtectionEnabled) {
      const deletionProtectionEnabled = properties.DeletionProtectionEnabled ?? false;
      await ctx.call('logs', 'PutLogGroupDeletionProtection', {
        logGroupIdentifier: logGroupName,
        deletionProtectionEnabled,
      });
    }
    await retag(ctx, logGroupName, properties, previous);
    return describe(ctx, logGroupName);
  },
  async delete(ctx, logGroupName) {
    await ctx.call('logs', 'DeleteLogGroup', { logGroupName }).catch((error: { code?: string }) => {
      if (error.code !== 'ResourceNotFoundException') throw error;
    });
  },
  async read(ctx, logGroupName) {
    const group = await find(ctx, logGroupName);
    if (!group) return undefined;
    return {
      LogGroupName: logGroupName,
      LogGroupClass: group.logGroupClass,
      DeletionProtectionEnabled: group.deletionProtectionEnabled,
      RetentionInDays: group.retentionInDays,
      KmsKeyId: group.kmsKeyId,
    } as ReadProperties<LogGroupProperties>;
  },
});

async function retain(ctx: ResourceContext, logGroupName: string, retentionInDays: number | undefined): Promise<void> {
  if (retentionInDays === undefined) await ctx.call('logs', 'DeleteRetentionPolicy', { logGroupName });
  else await ctx.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: Number(retentionInDays) });
}

async function retag(
  ctx: ResourceContext,
  logGroupName: string,
  properties: LogGroupProperties,
  previous: LogGroupProperties,
): Promise<void> {
  const tags = tagsOf(ctx, properties.Tags);
  const gone = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !Object.hasOwn(tags, key));
  const resourceArn = (await find(ctx, logGroupName))?.logGroupArn;
  if (gone.length > 0) await ctx.call('logs', 'UntagResource', { resourceArn, tagKeys: gone });
  if (Object.keys(tags).length > 0) await ctx.call('logs', 'TagResource', { resourceArn, tags });
}

async function find(ctx: ResourceContext, logGroupName: string): Promise<Described | undefined> {
  const { logGroups } = await ctx.call<{ logGroups: Described[] }>('logs', 'DescribeLogGroups', {
    logGroupIdentifiers: [logGroupName],
  });
  return logGroups.find((group) => group.logGroupName === logGroupName);
}

async function describe(ctx: ResourceContext, logGroupName: string): Promise<ResourceState> {
  return { physicalId: logGroupName, attributes: { Arn: (await find(ctx, logGroupName))?.arn } };
}
