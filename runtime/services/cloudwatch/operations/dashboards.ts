import type {
  DeleteDashboardsCommandInput,
  GetDashboardCommandInput,
  ListDashboardsCommandInput,
  PutDashboardCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { formatArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkDashboardBody } from '../behaviour/dashboard-body.ts';
import { dashboardNotFound, invalidParameterValue } from '../errors.ts';
import { type Dashboard, dashboards, pageOf } from '../state.ts';

/** Dashboards are of the account, not of a region. Kept and given back; the console draws its own. */
export function PutDashboard(ctx: Context, input: PutDashboardCommandInput) {
  const DashboardName = input.DashboardName ?? '';
  const DashboardBody = input.DashboardBody ?? '';
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(DashboardName))
    throw invalidParameterValue(`The value ${DashboardName} for parameter DashboardName is invalid.`);
  const DashboardValidationMessages = checkDashboardBody(DashboardBody);
  const tags =
    dashboards(ctx, ctx).get(DashboardName)?.tags ??
    Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  dashboards(ctx, ctx).put(DashboardName, { DashboardName, DashboardBody, modifiedMs: ctx.clock.now(), tags });
  return { DashboardValidationMessages };
}

export function GetDashboard(ctx: Context, input: GetDashboardCommandInput) {
  const dashboard = dashboards(ctx, ctx).get(input.DashboardName ?? '');
  if (!dashboard) throw dashboardNotFound(input.DashboardName ?? '');
  return {
    DashboardArn: dashboardArn(ctx, dashboard.DashboardName),
    DashboardBody: dashboard.DashboardBody,
    DashboardName: dashboard.DashboardName,
  };
}

export function ListDashboards(ctx: Context, input: ListDashboardsCommandInput) {
  const prefix = input.DashboardNamePrefix ?? '';
  const found = dashboards(ctx, ctx)
    .values()
    .filter(({ DashboardName }) => DashboardName.startsWith(prefix));
  const { items, nextToken } = pageOf(found, ({ DashboardName }) => DashboardName, {
    limit: 1000,
    nextToken: input.NextToken,
  });
  const DashboardEntries = items.map(({ DashboardName, DashboardBody, modifiedMs }: Dashboard) => ({
    DashboardName,
    DashboardArn: dashboardArn(ctx, DashboardName),
    LastModified: new Date(modifiedMs),
    Size: Buffer.byteLength(DashboardBody),
  }));
  return { DashboardEntries, NextToken: nextToken };
}

/** If one of them does not exist, none is deleted ("DeleteDashboards", API Reference). */
export function DeleteDashboards(ctx: Context, input: DeleteDashboardsCommandInput) {
  const names = input.DashboardNames ?? [];
  for (const name of names) if (!dashboards(ctx, ctx).has(name)) throw dashboardNotFound(name);
  for (const name of names) dashboards(ctx, ctx).delete(name);
  return {};
}

function dashboardArn(ctx: Context, name: string): string {
  return formatArn('cloudwatch', '', ctx.account, `dashboard/${name}`);
}
