import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { validation } from '../errors.ts';

interface ParameterProperties {
  Name?: string;
  Type: string;
  Value: string;
  Tags?: Record<string, string>;
  [member: string]: unknown;
}

export const Parameter = defineResource<ParameterProperties>({
  type: 'AWS::SSM::Parameter',
  properties: {
    Name: 'executed',
    Type: 'executed',
    Value: 'executed',
    Description: 'stored',
    AllowedPattern: 'executed',
    DataType: 'executed',
    Tier: 'executed',
    Policies: { refused: 'parameter policies are not done.' },
    Tags: 'stored',
  },
  async create(ctx, { Tags, ...properties }) {
    checkType(properties.Type);
    const Name = properties.Name ?? ctx.generateName({ maxLength: 1011 });
    const own = Object.entries(Tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    await ctx.call('ssm', 'PutParameter', { ...properties, Name, Tags: tagListOf(ctx, own) });
    return state(Name, properties);
  },
  async update(ctx, Name, { Tags: _tags, ...properties }) {
    checkType(properties.Type);
    await ctx.call('ssm', 'PutParameter', { ...properties, Name, Overwrite: true });
    return state(Name, properties);
  },
  async delete(ctx, Name) {
    try {
      await ctx.call('ssm', 'DeleteParameter', { Name });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ParameterNotFound') throw error;
    }
  },
  async read(ctx, Name) {
    const { Parameters: [found] = [] } = await ctx.call<{ Parameters?: ParameterProperties[] }>(
      'ssm',
      'GetParameters',
      {
        Names: [Name],
      },
    );
    return found && { Name, Type: found.Type, Value: found.Value };
  },
});

/** "CloudFormation doesn't support creating a SecureString parameter type" ("AWS::SSM::Parameter"). */
function checkType(type: string): void {
  if (type !== 'String' && type !== 'StringList')
    throw validation(`Model validation failed (#/Type: #: ${type} is not a valid enum value)`);
}

function state(Name: string, { Type, Value }: { Type: string; Value: string }) {
  return { physicalId: Name, attributes: { Type, Value } };
}
