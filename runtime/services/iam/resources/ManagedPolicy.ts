import type {
  GetPolicyCommandOutput,
  GetPolicyVersionCommandOutput,
  ListEntitiesForPolicyCommandOutput,
  ListPolicyVersionsCommandOutput,
} from '@aws-sdk/client-iam';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { droppedIdentities, type IdentityLists, identitiesOf } from './attached-identities.ts';
import { documentText, orUndo, unlessGone } from './identity-policies.ts';

interface ManagedPolicyProperties extends IdentityLists {
  ManagedPolicyName?: string;
  Path?: string;
  Description?: string;
  PolicyDocument: object | string;
}

/** AWS::IAM::ManagedPolicy (CloudFormation Template Reference). Ref is the ARN. */
export const ManagedPolicy = defineResource<ManagedPolicyProperties>({
  type: 'AWS::IAM::ManagedPolicy',
  properties: {
    Description: 'stored',
    Groups: 'executed',
    ManagedPolicyName: 'executed',
    Path: 'executed',
    PolicyDocument: 'executed',
    Roles: 'executed',
    Users: 'executed',
  },
  async create(ctx, properties) {
    const { Policy } = await ctx.call<GetPolicyCommandOutput>('iam', 'CreatePolicy', {
      PolicyName: properties.ManagedPolicyName ?? ctx.generateName({ maxLength: 128 }),
      Path: properties.Path,
      Description: properties.Description,
      PolicyDocument: documentText(properties.PolicyDocument),
    });
    const arn = Policy?.Arn ?? '';
    await orUndo(
      () => attach(ctx, arn, properties),
      () => remove(ctx, arn, properties),
    );
    return describe(ctx, arn);
  },
  async update(ctx, PolicyArn, properties, previous) {
    const PolicyDocument = documentText(properties.PolicyDocument);
    if (PolicyDocument !== documentText(previous.PolicyDocument)) {
      await makeRoom(ctx, PolicyArn);
      await ctx.call('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
    }
    await attach(ctx, PolicyArn, properties);
    await detach(ctx, PolicyArn, droppedIdentities(previous, properties));
    return describe(ctx, PolicyArn);
  },
  delete: (ctx, arn, properties) => remove(ctx, arn, properties),
  async read(ctx, PolicyArn) {
    const answer = await unlessGone(ctx.call<GetPolicyCommandOutput>('iam', 'GetPolicy', { PolicyArn }));
    if (!answer?.Policy) return undefined;
    const input = { PolicyArn, VersionId: answer.Policy.DefaultVersionId };
    const { PolicyVersion } = await ctx.call<GetPolicyVersionCommandOutput>('iam', 'GetPolicyVersion', input);
    const { PolicyName: ManagedPolicyName = '', Path = '/', Description } = answer.Policy;
    const PolicyDocument = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? '{}')) as object;
    const entities = await ctx.call<ListEntitiesForPolicyCommandOutput>('iam', 'ListEntitiesForPolicy', { PolicyArn });
    const lists = {
      Roles: (entities.PolicyRoles ?? []).map(({ RoleName = '' }) => RoleName),
      Users: (entities.PolicyUsers ?? []).map(({ UserName = '' }) => UserName),
      Groups: (entities.PolicyGroups ?? []).map(({ GroupName = '' }) => GroupName),
    };
    return { ManagedPolicyName, Path, PolicyDocument, ...lists, Description };
  },
});

async function attach(ctx: ResourceContext, PolicyArn: string, properties: IdentityLists): Promise<void> {
  for (const { kind, name } of identitiesOf(properties)) {
    await ctx.call('iam', `Attach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn });
  }
}

async function detach(
  ctx: ResourceContext,
  PolicyArn: string,
  identities: ReturnType<typeof identitiesOf>,
): Promise<void> {
  for (const { kind, name } of identities) {
    await unlessGone(ctx.call('iam', `Detach${kind}Policy`, { [`${kind}Name`]: name, PolicyArn }));
  }
}

async function remove(ctx: ResourceContext, PolicyArn: string, properties: IdentityLists): Promise<void> {
  await detach(ctx, PolicyArn, identitiesOf(properties));
  for (const VersionId of (await otherVersions(ctx, PolicyArn)) ?? []) {
    await ctx.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
  }
  await unlessGone(ctx.call('iam', 'DeletePolicy', { PolicyArn }));
}

/** A policy has at most five versions; the oldest that is not the default gives way. */
async function makeRoom(ctx: ResourceContext, PolicyArn: string): Promise<void> {
  const versions = (await otherVersions(ctx, PolicyArn)) ?? [];
  const oldest = versions.at(-1);
  if (versions.length >= 4 && oldest) await ctx.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: oldest });
}

/** Newest first, the default left out; undefined when the policy is gone. */
async function otherVersions(ctx: ResourceContext, PolicyArn: string): Promise<string[] | undefined> {
  const call = ctx.call<ListPolicyVersionsCommandOutput>('iam', 'ListPolicyVersions', { PolicyArn });
  const versions = (await unlessGone(call))?.Versions;
  return versions?.filter(({ IsDefaultVersion }) => !IsDefaultVersion).map(({ VersionId = '' }) => VersionId);
}

async function describe(ctx: ResourceContext, PolicyArn: string): Promise<ResourceState> {
  const { Policy } = await ctx.call<GetPolicyCommandOutput>('iam', 'GetPolicy', { PolicyArn });
  return {
    physicalId: PolicyArn,
    attributes: {
      PolicyArn,
      PolicyId: Policy?.PolicyId,
      AttachmentCount: Policy?.AttachmentCount,
      PermissionsBoundaryUsageCount: Policy?.PermissionsBoundaryUsageCount,
      DefaultVersionId: Policy?.DefaultVersionId,
      IsAttachable: Policy?.IsAttachable,
      CreateDate: Policy?.CreateDate?.toISOString(),
      UpdateDate: Policy?.UpdateDate?.toISOString(),
    },
  };
}
