import type {
  CreateDeploymentCommandInput,
  CreateStageCommandInput,
  DeleteDeploymentCommandInput,
  DeleteStageCommandInput,
  GetDeploymentCommandInput,
  GetDeploymentsCommandInput,
  GetStageCommandInput,
  GetStagesCommandInput,
  UpdateStageCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { publish } from '../behaviour/compile.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import {
  apiAt,
  type DeploymentRecord,
  deployments,
  integrations,
  keyOf,
  ofApi,
  page,
  present,
  routes,
  type StageRecord,
  stages,
} from '../state.ts';
import { defined } from './apis.ts';

export function CreateStage(ctx: Context, input: CreateStageCommandInput) {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const StageName = input.StageName ?? '';
  if (!/^(\$default|[A-Za-z0-9_-]{1,128})$/.test(StageName))
    throw badRequest('Stage name only allows a-zA-Z0-9_- and $default');
  if (stages(ctx, ctx).has(keyOf(ApiId, StageName))) throw conflict('Stage already exists');
  const nowMs = ctx.clock.now();
  const { Tags, ...settings } = input;
  const record: StageRecord = {
    ...settings,
    ApiId,
    StageName,
    AutoDeploy: input.AutoDeploy ?? false,
    DefaultRouteSettings: { DetailedMetricsEnabled: false, ...input.DefaultRouteSettings },
    RouteSettings: input.RouteSettings ?? {},
    StageVariables: input.StageVariables ?? {},
    Tags: Tags ?? {},
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  return keep(ctx, record);
}

function keep(ctx: Context, record: StageRecord) {
  const destination = record.AccessLogSettings?.DestinationArn;
  if (destination && parseArn(destination)?.service !== 'logs')
    throw badRequest(
      'Access log destination must only contain characters a-z, A-Z, 0-9, and be the ARN of a log group.',
    );
  if (record.DeploymentId && !deployments(ctx, ctx).has(keyOf(record.ApiId, record.DeploymentId)))
    throw notFound('Deployment', record.DeploymentId);
  stages(ctx, ctx).put(keyOf(record.ApiId, record.StageName), record);
  publish(ctx, ctx, record.ApiId);
  return present(record);
}

export function GetStage(ctx: Context, input: GetStageCommandInput) {
  return present(stageAt(ctx, input));
}

export function GetStages(ctx: Context, input: GetStagesCommandInput) {
  return page(ofApi(stages(ctx, ctx), apiAt(ctx, input.ApiId).ApiId), input);
}

export function UpdateStage(ctx: Context, input: UpdateStageCommandInput) {
  return keep(ctx, { ...stageAt(ctx, input), ...defined(input), updatedMs: ctx.clock.now() } as StageRecord);
}

export function DeleteStage(ctx: Context, input: DeleteStageCommandInput) {
  const { ApiId, StageName } = stageAt(ctx, input);
  stages(ctx, ctx).delete(keyOf(ApiId, StageName));
  publish(ctx, ctx, ApiId);
}

export function DeleteAccessLogSettings(ctx: Context, input: { ApiId?: string; StageName?: string }) {
  const { AccessLogSettings: _old, ...stage } = stageAt(ctx, input);
  keep(ctx, { ...stage, updatedMs: ctx.clock.now() });
}

function stageAt(ctx: Context, input: { ApiId?: string | undefined; StageName?: string | undefined }): StageRecord {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const record = stages(ctx, ctx).get(keyOf(ApiId, input.StageName ?? ''));
  if (!record) throw notFound('stage', input.StageName ?? '');
  return record;
}

/** A deployment is the API as it was at that moment. */
export function CreateDeployment(ctx: Context, input: CreateDeploymentCommandInput) {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const nowMs = ctx.clock.now();
  const record: DeploymentRecord = {
    ApiId,
    DeploymentId: ctx.ids.lower(6),
    DeploymentStatus: 'DEPLOYED',
    Description: input.Description,
    AutoDeployed: false,
    createdMs: nowMs,
    updatedMs: nowMs,
    routes: ofApi(routes(ctx, ctx), ApiId),
    integrations: ofApi(integrations(ctx, ctx), ApiId),
  };
  const stage = input.StageName === undefined ? undefined : stageAt(ctx, input);
  deployments(ctx, ctx).put(keyOf(ApiId, record.DeploymentId), record);
  if (stage) keep(ctx, { ...stage, DeploymentId: record.DeploymentId, updatedMs: nowMs });
  return present(record);
}

export function GetDeployment(ctx: Context, input: GetDeploymentCommandInput) {
  return present(deploymentAt(ctx, input));
}

export function GetDeployments(ctx: Context, input: GetDeploymentsCommandInput) {
  return page(ofApi(deployments(ctx, ctx), apiAt(ctx, input.ApiId).ApiId), input);
}

export function DeleteDeployment(ctx: Context, input: DeleteDeploymentCommandInput) {
  const { ApiId, DeploymentId } = deploymentAt(ctx, input);
  if (ofApi(stages(ctx, ctx), ApiId).some((stage) => stage.DeploymentId === DeploymentId)) {
    throw badRequest('Active stages pointing to this deployment must be moved or deleted');
  }
  deployments(ctx, ctx).delete(keyOf(ApiId, DeploymentId));
}

function deploymentAt(
  ctx: Context,
  input: { ApiId?: string | undefined; DeploymentId?: string | undefined },
): DeploymentRecord {
  const { ApiId } = apiAt(ctx, input.ApiId);
  const record = deployments(ctx, ctx).get(keyOf(ApiId, input.DeploymentId ?? ''));
  if (!record) throw notFound('Deployment', input.DeploymentId ?? '');
  return record;
}
