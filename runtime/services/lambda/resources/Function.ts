import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagsOf } from '../../../kernel/tags.ts';
import { inlineZip } from './inline-code.ts';
import { unlessMissing } from './unless-missing.ts';

interface FunctionProperties {
  FunctionName?: string;
  Runtime?: string;
  Code: { ZipFile?: string; S3Bucket?: string; S3Key?: string; S3ObjectVersion?: string; ImageUri?: string };
  Environment?: { Variables?: Record<string, unknown> };
  ReservedConcurrentExecutions?: number;
  Tags?: { Key: string; Value: string }[];
  [member: string]: unknown;
}

/** What a property that a template leaves out comes to; also what it goes back to when it is taken out. */
const configurationDefaults = {
  Description: '',
  MemorySize: 128,
  Timeout: 3,
  Environment: {},
  Layers: [],
  DeadLetterConfig: {},
  TracingConfig: { Mode: 'PassThrough' },
  EphemeralStorage: { Size: 512 },
  LoggingConfig: { LogFormat: 'Text' },
  KMSKeyArn: '',
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
};

/** AWS::Lambda::Function. Ref is the name. */
export const LambdaFunction = defineResource<FunctionProperties>({
  type: 'AWS::Lambda::Function',
  properties: {
    FunctionName: 'executed',
    Code: 'executed',
    'Code.ImageUri': { refused: 'functions run from zip archives only.' },
    'Code.SourceKMSKeyArn': { refused: 'archives are read as S3 gives them.' },
    Role: 'executed',
    Runtime: 'executed',
    Handler: 'executed',
    Description: 'stored',
    Environment: 'executed',
    MemorySize: 'executed',
    Timeout: 'executed',
    Layers: 'executed',
    DeadLetterConfig: 'executed',
    LoggingConfig: 'executed',
    ReservedConcurrentExecutions: 'executed',
    Tags: 'stored',
    Architectures: 'stored',
    EphemeralStorage: 'stored',
    KmsKeyArn: 'stored',
    PackageType: 'executed',
    TracingConfig: 'stored',
    RecursiveLoop: 'stored',
    SnapStart: 'stored',
    VpcConfig: 'executed',
    'VpcConfig.Ipv6AllowedForDualStack': { refused: 'VPCs have IPv4 alone here.' },
    FileSystemConfigs: { refused: 'EFS is not run.' },
    ImageConfig: { refused: 'functions run from zip archives only.' },
    CodeSigningConfigArn: { refused: 'code signing is not checked.' },
    RuntimeManagementConfig: { refused: 'there is one version of each runtime here.' },
    DurableConfig: { refused: 'durable functions are not run.' },
    TenancyConfig: { refused: 'tenant isolation is not run.' },
    CapacityProviderConfig: { refused: 'there are no capacity providers.' },
    FunctionScalingConfig: { refused: 'there are no capacity providers.' },
    PublishToLatestPublished: { refused: 'there are no capacity providers.' },
  },
  async create(ctx, properties) {
    const FunctionName = properties.FunctionName ?? ctx.generateName({ maxLength: 64 });
    const { PackageType, Architectures, SnapStart } = properties;
    await ctx.call('lambda', 'CreateFunction', {
      ...configuration(properties),
      ...present({ PackageType, Architectures, SnapStart }),
      FunctionName,
      Code: code(properties),
      Tags: tagsOf(ctx, properties.Tags),
    });
    await reserve(ctx, FunctionName, properties.ReservedConcurrentExecutions);
    return describe(ctx, FunctionName);
  },
  async update(ctx, FunctionName, properties, previous) {
    if (differs(properties.Code, previous.Code) || differs(properties.Architectures, previous.Architectures)) {
      await ctx.call('lambda', 'UpdateFunctionCode', {
        FunctionName,
        ...code(properties),
        ...present({ Architectures: properties.Architectures }),
      });
    }
    if (differs(configuration(properties), configuration(previous))) {
      await ctx.call('lambda', 'UpdateFunctionConfiguration', {
        FunctionName,
        ...configurationDefaults,
        ...configuration(properties),
      });
    }
    if (properties.ReservedConcurrentExecutions !== previous.ReservedConcurrentExecutions) {
      await reserve(ctx, FunctionName, properties.ReservedConcurrentExecutions);
    }
    const state = describe(ctx, FunctionName);
    await retag(ctx, String(state.attributes?.Arn), tagsOf(ctx, previous.Tags), tagsOf(ctx, properties.Tags));
    return state;
  },
  async delete(ctx, FunctionName) {
    await unlessMissing(() => ctx.call('lambda', 'DeleteFunction', { FunctionName }));
  },
  async read(ctx, FunctionName) {
    const found = await unlessMissing(() =>
      ctx.call<{ Configuration: FunctionProperties; Concurrency?: { ReservedConcurrentExecutions?: number } }>(
        'lambda',
        'GetFunction',
        { FunctionName },
      ),
    );
    if (!found) return undefined;
    const { Handler, Runtime, Role, MemorySize, Timeout, Description, Environment } = found.Configuration;
    return {
      FunctionName,
      Handler,
      Runtime,
      Role,
      MemorySize,
      Timeout,
      Description,
      Environment,
      ReservedConcurrentExecutions: found.Concurrency?.ReservedConcurrentExecutions,
    };
  },
});

function describe(ctx: ResourceContext, FunctionName: string): ResourceState {
  return {
    physicalId: FunctionName,
    attributes: { Arn: `arn:aws:lambda:${ctx.region}:${ctx.account}:function:${FunctionName}` },
  };
}

function configuration(properties: FunctionProperties): Record<string, unknown> {
  const {
    Role,
    Runtime,
    Handler,
    Description,
    MemorySize,
    Timeout,
    Layers,
    DeadLetterConfig,
    LoggingConfig,
    EphemeralStorage,
    TracingConfig,
    KmsKeyArn,
    VpcConfig,
  } = properties;
  const variables = properties.Environment?.Variables;
  const Environment = variables && {
    Variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
  };
  return present({
    Role,
    Runtime,
    Handler,
    Description,
    MemorySize,
    Timeout,
    Layers,
    DeadLetterConfig,
    LoggingConfig,
    EphemeralStorage,
    TracingConfig,
    Environment,
    KMSKeyArn: KmsKeyArn,
    VpcConfig,
  });
}

function code({ Code, Runtime }: FunctionProperties): object {
  return Code.ZipFile === undefined ? Code : { ZipFile: inlineZip(Code.ZipFile, Runtime ?? '') };
}

async function reserve(
  ctx: ResourceContext,
  FunctionName: string,
  ReservedConcurrentExecutions: number | undefined,
): Promise<void> {
  if (ReservedConcurrentExecutions === undefined)
    await ctx.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  else await ctx.call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
}

async function retag(
  ctx: ResourceContext,
  Resource: string,
  before: Record<string, string>,
  after: Record<string, string>,
): Promise<void> {
  const TagKeys = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  if (TagKeys.length > 0) await ctx.call('lambda', 'UntagResource', { Resource, TagKeys });
  if (differs(before, after)) await ctx.call('lambda', 'TagResource', { Resource, Tags: after });
}

export function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
