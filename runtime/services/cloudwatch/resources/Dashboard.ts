import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface DashboardProperties {
  DashboardName?: string;
  DashboardBody: string;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::CloudWatch::Dashboard. Ref is its name. Kept and given back. */
export const Dashboard = defineResource<DashboardProperties>({
  type: 'AWS::CloudWatch::Dashboard',
  properties: { DashboardName: 'stored', DashboardBody: 'stored', Tags: 'stored' },
  async create(ctx, properties) {
    const name = properties.DashboardName ?? ctx.generateName({ maxLength: 255 });
    await put(ctx, name, properties);
    return { physicalId: name };
  },
  async update(ctx, name, properties) {
    await put(ctx, name, properties);
    return { physicalId: name };
  },
  async delete(ctx, name) {
    await ctx.call('cloudwatch', 'DeleteDashboards', { DashboardNames: [name] }).catch((error: { code?: string }) => {
      if (error.code !== 'DashboardNotFoundError') throw error;
    });
  },
});

async function put(
  ctx: ResourceContext,
  DashboardName: string,
  { DashboardBody, Tags }: DashboardProperties,
): Promise<void> {
  await ctx.call('cloudwatch', 'PutDashboard', { DashboardName, DashboardBody, Tags: tagListOf(ctx, Tags) });
}
