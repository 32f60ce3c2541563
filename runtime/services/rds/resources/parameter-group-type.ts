import type { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface Properties {
  Description: string;
  Family: string;
  Parameters?: Record<string, unknown>;
  Tags?: { Key: string; Value: string }[];
  DBParameterGroupName?: string;
  DBClusterParameterGroupName?: string;
}

/** "You can modify a maximum of 20 parameters in a single request" (ModifyDBParameterGroup). */
const mostAtOnce = 20;

/** The two kinds differ in their nouns alone. A group's name is what Ref gives. */
function parameterGroupType(noun: 'DBParameterGroup' | 'DBClusterParameterGroup') {
  const id = `${noun}Name` as const;
  const modify = async (ctx: ResourceContext, name: string, operation: string, all: readonly object[]) => {
    for (let first = 0; first < all.length; first += mostAtOnce)
      await ctx.call('rds', `${operation}${noun}`, {
        [id]: name,
        Parameters: all.slice(first, first + mostAtOnce),
      });
  };
  return defineResource<Properties>({
    type: `AWS::RDS::${noun}`,
    properties: {
      [id]: 'executed',
      Description: 'executed',
      Family: 'executed',
      Parameters: 'executed',
      Tags: 'stored',
    },
    async create(ctx, properties) {
      const name = String(properties[id] ?? ctx.generateName({ maxLength: 255, lowerCase: true })).toLowerCase();
      await ctx.call('rds', `Create${noun}`, {
        [id]: name,
        DBParameterGroupFamily: properties.Family,
        Description: properties.Description,
        Tags: tagListOf(ctx, properties.Tags),
      });
      try {
        await modify(ctx, name, 'Modify', parametersOf(properties));
      } catch (error) {
        throw Object.assign(error as object, { physicalId: name });
      }
      return { physicalId: name };
    },
    async update(ctx, name, properties, previous) {
      const now = properties.Parameters ?? {};
      const gone = Object.keys(previous.Parameters ?? {}).filter((parameter) => !Object.hasOwn(now, parameter));
      await modify(
        ctx,
        name,
        'Reset',
        gone.map((ParameterName) => ({ ParameterName, ApplyMethod: 'pending-reboot' })),
      );
      await modify(ctx, name, 'Modify', parametersOf(properties));
      return { physicalId: name };
    },
    async delete(ctx, name) {
      try {
        await ctx.call('rds', `Delete${noun}`, { [id]: name });
      } catch (error) {
        if (!/NotFound/.test((error as AwsError).code ?? '')) throw error;
      }
    },
  });
}

/** How each is applied is left to the service, which knows what can change while databases run. */
function parametersOf({ Parameters = {} }: Properties): object[] {
  return Object.entries(Parameters).map(([ParameterName, value]) => ({ ParameterName, ParameterValue: String(value) }));
}

export const DBParameterGroup = parameterGroupType('DBParameterGroup');
export const DBClusterParameterGroup = parameterGroupType('DBClusterParameterGroup');
