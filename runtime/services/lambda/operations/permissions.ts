import type {
  AddLayerVersionPermissionCommandInput,
  AddPermissionCommandInput,
  GetLayerVersionPolicyCommandInput,
  GetPolicyCommandInput,
  RemoveLayerVersionPermissionCommandInput,
  RemovePermissionCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { policyText } from '../authorization.ts';
import { findLayer } from '../behaviour/layers.ts';
import { invalidParameter, preconditionFailed, resourceConflict, resourceNotFound } from '../errors.ts';
import { existing, findVersion, functionArn } from '../function-names.ts';
import { layerVersions, type PolicyRecord, type PolicyStatement, policies } from '../state.ts';

export function AddPermission(ctx: Context, input: AddPermissionCommandInput) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  findVersion(ctx, { name, qualifier });
  const statement = statementOf(input, functionArn(ctx, name, qualifier));
  const key = keyOf(name, qualifier);
  policies(ctx).put(key, added(ctx, policies(ctx).get(key), statement, input.RevisionId));
  return { Statement: JSON.stringify(statement) };
}

export function RemovePermission(ctx: Context, input: RemovePermissionCommandInput) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  const key = keyOf(name, qualifier);
  const left = removed(ctx, policies(ctx).get(key), input.StatementId ?? '', input.RevisionId);
  if (left) policies(ctx).put(key, left);
  else policies(ctx).delete(key);
  return {};
}

export function GetPolicy(ctx: Context, input: GetPolicyCommandInput) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  const record = policies(ctx).get(keyOf(name, qualifier));
  if (!record) throw resourceNotFound('The resource you requested does not exist.');
  return { Policy: policyText(ctx, name, qualifier), RevisionId: record.RevisionId };
}

export function AddLayerVersionPermission(ctx: Context, input: AddLayerVersionPermissionCommandInput) {
  const { key, record } = findLayer(ctx, input.LayerName ?? '', input.VersionNumber);
  const statement: PolicyStatement = {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: input.Principal === '*' ? '*' : { AWS: `arn:aws:iam::${input.Principal}:root` },
    Action: input.Action ?? '',
    Resource: record.LayerVersionArn,
    ...(input.OrganizationId ? { Condition: { StringEquals: { 'aws:PrincipalOrgID': input.OrganizationId } } } : {}),
  };
  const policy = added(ctx, record.policy, statement, input.RevisionId);
  layerVersions(ctx).put(key, { ...record, policy });
  return { Statement: JSON.stringify(statement), RevisionId: policy.RevisionId };
}

export function RemoveLayerVersionPermission(ctx: Context, input: RemoveLayerVersionPermissionCommandInput) {
  const { key, record } = findLayer(ctx, input.LayerName ?? '', input.VersionNumber);
  const { policy, ...rest } = record;
  const left = removed(ctx, policy, input.StatementId ?? '', input.RevisionId);
  layerVersions(ctx).put(key, left ? { ...rest, policy: left } : rest);
  return {};
}

export function GetLayerVersionPolicy(ctx: Context, input: GetLayerVersionPolicyCommandInput) {
  const { record } = findLayer(ctx, input.LayerName ?? '', input.VersionNumber);
  if (!record.policy) throw resourceNotFound('No policy is associated with the given resource.');
  const { statements, RevisionId } = record.policy;
  return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements }), RevisionId };
}

function keyOf(name: string, qualifier: string | undefined): string {
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

function added(
  ctx: Context,
  before: PolicyRecord | undefined,
  statement: PolicyStatement,
  RevisionId: string | undefined,
): PolicyRecord {
  if (RevisionId && RevisionId !== before?.RevisionId) throw preconditionFailed();
  if (before?.statements.some(({ Sid }) => Sid === statement.Sid)) {
    throw resourceConflict(
      `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  return { RevisionId: ctx.ids.uuid(), statements: [...(before?.statements ?? []), statement] };
}

function removed(
  ctx: Context,
  before: PolicyRecord | undefined,
  sid: string,
  RevisionId: string | undefined,
): PolicyRecord | undefined {
  if (!before?.statements.some(({ Sid }) => Sid === sid))
    throw resourceNotFound(`Statement ${sid} is not found in resource policy.`);
  if (RevisionId && RevisionId !== before.RevisionId) throw preconditionFailed();
  const statements = before.statements.filter(({ Sid }) => Sid !== sid);
  return statements.length > 0 ? { RevisionId: ctx.ids.uuid(), statements } : undefined;
}

/** The statement that AddPermission writes ("Viewing resource-based IAM policies in Lambda"). */
function statementOf(input: AddPermissionCommandInput, resource: string): PolicyStatement {
  const like = { ...(input.SourceArn ? { 'AWS:SourceArn': input.SourceArn } : {}) };
  const equals = {
    ...(input.SourceAccount ? { 'AWS:SourceAccount': input.SourceAccount } : {}),
    ...(input.EventSourceToken ? { 'lambda:EventSourceToken': input.EventSourceToken } : {}),
    ...(input.FunctionUrlAuthType ? { 'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType } : {}),
    ...(input.PrincipalOrgID ? { 'aws:PrincipalOrgID': input.PrincipalOrgID } : {}),
  };
  const Condition: Record<string, Record<string, string>> = {
    ...(Object.keys(equals).length > 0 ? { StringEquals: equals } : {}),
    ...(Object.keys(like).length > 0 ? { ArnLike: like } : {}),
    ...(input.InvokedViaFunctionUrl === undefined
      ? {}
      : { Bool: { 'lambda:InvokedViaFunctionUrl': String(input.InvokedViaFunctionUrl) } }),
  };
  return {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: principalOf(input.Principal ?? ''),
    Action: input.Action ?? '',
    Resource: resource,
    ...(Object.keys(Condition).length > 0 ? { Condition } : {}),
  };
}

function principalOf(principal: string): PolicyStatement['Principal'] {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (principal.startsWith('arn:')) return { AWS: principal };
  if (/^[a-z0-9.-]+\.[a-z]+$/.test(principal)) return { Service: principal };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}
