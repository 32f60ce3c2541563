import type { VpcConfig, VpcConfigResponse } from '@aws-sdk/client-lambda';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';
import { functions, type InterfaceRecord, interfaces, versions } from '../state.ts';

interface Described {
  Subnets: { SubnetId: string; VpcId: string }[];
  SecurityGroups: { GroupId: string; VpcId: string }[];
}

/**
 * The VPC of a function: what its configuration says about it, with an interface for each of its subnets. Functions with
 * the same subnet and groups share one ("Giving Lambda functions access to resources in an Amazon VPC", Hyperplane ENIs).
 */
export async function vpcConfig(
  ctx: Context,
  name: string,
  given: { VpcConfig: VpcConfig; Role: string },
): Promise<VpcConfigResponse> {
  const { SubnetIds = [], SecurityGroupIds = [], Ipv6AllowedForDualStack = false } = given.VpcConfig;
  const said = { SubnetIds, SecurityGroupIds, Ipv6AllowedForDualStack };
  if (SubnetIds.length === 0 && SecurityGroupIds.length === 0) return { ...said, VpcId: '' };
  if (SubnetIds.length === 0 || SecurityGroupIds.length === 0)
    throw invalidParameter('SubnetIds and SecurityIds must coexist or be both empty list.');
  await checkPermission(ctx, name, given.Role);
  const by = ctx.as({ principal: lambdaItself(ctx) });
  const { Subnets } = await ec2(by, 'DescribeSubnets', { SubnetIds });
  const { SecurityGroups } = await ec2(by, 'DescribeSecurityGroups', { GroupIds: SecurityGroupIds });
  const [VpcId = '', ...others] = new Set([...Subnets, ...SecurityGroups].map((each) => each.VpcId));
  if (others.length > 0) throw invalidParameter('You have specified two resources that belong to different networks.');
  for (const SubnetId of SubnetIds) await interfaceIn(by, { name, SubnetId, SecurityGroupIds, VpcId });
  return { ...said, VpcId };
}

/** "Required IAM permissions" of the same page: the execution role's, tried without effect. */
async function checkPermission(ctx: Context, sessionName: string, roleArn: string): Promise<void> {
  const by = servicePrincipal('lambda.amazonaws.com', ctx.account);
  const role = ctx.engine(authorization).current?.assumeRole(ctx.as({ principal: by }), { roleArn, sessionName, by });
  if (!role) return;
  try {
    await ctx.call('ec2', 'CreateNetworkInterface', { SubnetId: '*', DryRun: true }, { principal: role.principal });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === 'UnauthorizedOperation')
      throw invalidParameter(
        'The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
      );
  }
}

async function ec2(by: Context, operation: string, input: object): Promise<Described> {
  try {
    return await by.call<Described>('ec2', operation, input);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while ${operation}. EC2 Error Code: ${error.code}. EC2 Error Message: ${error.message}`,
    );
  }
}

async function interfaceIn(
  by: Context,
  {
    name,
    SubnetId,
    SecurityGroupIds,
    VpcId,
  }: { name: string; SubnetId: string; SecurityGroupIds: string[]; VpcId: string },
): Promise<void> {
  const key = keyOf(SubnetId, SecurityGroupIds);
  if (interfaces(by).has(key)) return;
  const { NetworkInterface } = await by.call<{
    NetworkInterface: { NetworkInterfaceId: string; PrivateIpAddress: string };
  }>('ec2', 'CreateNetworkInterface', {
    SubnetId,
    Groups: SecurityGroupIds,
    InterfaceType: 'lambda',
    Description: `AWS Lambda VPC ENI-${name}-${by.ids.uuid()}`,
  });
  const { NetworkInterfaceId } = NetworkInterface;
  interfaces(by).put(key, { NetworkInterfaceId, VpcId, SubnetId });
}

/** The interfaces that a version's environments may stand behind. */
export function interfacesOf(
  records: Parameters<typeof interfaces>[0],
  { SubnetIds = [], SecurityGroupIds = [] }: VpcConfig,
): InterfaceRecord[] {
  return SubnetIds.flatMap((id) => interfaces(records).get(keyOf(id, SecurityGroupIds)) ?? []);
}

/** Interfaces that no version needs any more go; AWS takes up to twenty minutes for it. */
export async function releaseInterfaces(ctx: Context): Promise<void> {
  if (interfaces(ctx).size === 0) return;
  const all = [
    ...functions(ctx)
      .values()
      .map(({ latest }) => latest),
    ...versions(ctx).values(),
  ];
  const used = new Set(
    all.flatMap(({ VpcConfig: vpc }) => (vpc?.SubnetIds ?? []).map((id) => keyOf(id, vpc?.SecurityGroupIds ?? []))),
  );
  const principal = lambdaItself(ctx);
  for (const [key, { NetworkInterfaceId }] of interfaces(ctx).entries()) {
    if (used.has(key)) continue;
    interfaces(ctx).delete(key);
    await ctx.call('ec2', 'DeleteNetworkInterface', { NetworkInterfaceId }, { principal });
  }
}

function keyOf(subnetId: string, groupIds: readonly string[]): string {
  return `${subnetId}|${[...groupIds].sort().join(',')}`;
}

/** Who may make such interfaces has been checked as the execution role; whose they are is Lambda. */
function lambdaItself({ account }: Context) {
  return servicePrincipal('lambda.amazonaws.com', account, { serviceLinked: true });
}
