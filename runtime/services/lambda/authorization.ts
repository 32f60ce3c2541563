import { formatArn } from '../../kernel/arn.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Access, Context } from '../../kernel/service.ts';
import { functionArn, parseFunctionName } from './function-names.ts';
import { policies } from './state.ts';

type Input = Record<string, unknown>;

/** Operations that name no function: they are asked for on `*` ("Actions, resources, and condition keys for AWS Lambda"). */
const onEverything = new Set([
  'ListFunctions',
  'GetAccountSettings',
  'ListLayers',
  'ListLayerVersions',
  'ListEventSourceMappings',
  'CreateEventSourceMapping',
]);

/** What IAM action an operation is, where it is not its own name. */
const actionNames: Record<string, string> = lookupTable({
  Invoke: 'InvokeFunction',
  InvokeWithResponseStream: 'InvokeFunction',
});

export function accessTo(operation: string, input: Input, ctx: Context): Access[] {
  const action = `lambda:${actionNames[operation] ?? operation}`;
  const asked: Access[] = [{ action, ...resourceOf(operation, input, ctx) }];
  const role = input.Role;
  if (typeof role === 'string' && (operation === 'CreateFunction' || operation === 'UpdateFunctionConfiguration')) {
    asked.push({
      action: 'iam:PassRole',
      resource: role,
      conditions: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    });
  }
  return asked;
}

function resourceOf(operation: string, input: Input, ctx: Context): Omit<Access, 'action'> {
  if (operation.endsWith('EventSourceMapping') && typeof input.UUID === 'string') {
    return { resource: formatArn('lambda', ctx.region, ctx.account, `event-source-mapping:${input.UUID}`) };
  }
  if (onEverything.has(operation)) return { resource: '*' };
  if (typeof input.LayerName === 'string') return { resource: layerArn(ctx, input.LayerName, input.VersionNumber) };
  if (typeof input.Arn === 'string') return { resource: input.Arn };
  if (typeof input.Resource === 'string') return { resource: input.Resource };
  if (typeof input.FunctionName !== 'string') return { resource: '*' };
  const qualifier = typeof input.Qualifier === 'string' ? input.Qualifier : undefined;
  const named = parseFunctionName(ctx, input.FunctionName, qualifier);
  return {
    resource: functionArn(ctx, named.name, named.qualifier),
    resourcePolicy: policyText(ctx, named.name, named.qualifier),
  };
}

/** The policy attached to exactly what was named: one on the function does not speak for its versions and aliases. */
export function policyText(ctx: Context, name: string, qualifier: string | undefined): string | undefined {
  const record = policies(ctx).get(qualifier === undefined ? name : `${name}:${qualifier}`);
  return record && JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: record.statements });
}

function layerArn(ctx: Context, layer: string, version: unknown): string {
  const arn = layer.startsWith('arn:') ? layer : formatArn('lambda', ctx.region, ctx.account, `layer:${layer}`);
  return typeof version === 'number' ? `${arn}:${version}` : arn;
}
