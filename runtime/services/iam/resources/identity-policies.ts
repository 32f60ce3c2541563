import type { ResourceContext } from '../../../kernel/resource.ts';

/** What roles, users and groups have alike in templates: policies of their own and managed ones. */
export interface IdentityProperties {
  ManagedPolicyArns?: string[];
  Policies?: { PolicyName: string; PolicyDocument: object | string }[];
}

/** As in the operations' names: AttachRolePolicy, PutUserPolicy. */
export type IdentityKind = 'Role' | 'User' | 'Group';

/** Puts and attaches what the properties say, and takes away what they no longer say. */
export async function applyPolicies(
  ctx: ResourceContext,
  kind: IdentityKind,
  name: string,
  properties: IdentityProperties,
  previous: IdentityProperties = {},
): Promise<void> {
  const { ManagedPolicyArns = [], Policies = [] } = properties;
  const identity = { [`${kind}Name`]: name };
  for (const PolicyArn of previous.ManagedPolicyArns ?? []) {
    if (!ManagedPolicyArns.includes(PolicyArn)) {
      await unlessGone(ctx.call('iam', `Detach${kind}Policy`, { ...identity, PolicyArn }));
    }
  }
  for (const { PolicyName } of previous.Policies ?? []) {
    if (!Policies.some((policy) => policy.PolicyName === PolicyName)) {
      await unlessGone(ctx.call('iam', `Delete${kind}Policy`, { ...identity, PolicyName }));
    }
  }
  for (const PolicyArn of ManagedPolicyArns) await ctx.call('iam', `Attach${kind}Policy`, { ...identity, PolicyArn });
  for (const { PolicyName, PolicyDocument } of Policies) {
    await ctx.call('iam', `Put${kind}Policy`, {
      ...identity,
      PolicyName,
      PolicyDocument: documentText(PolicyDocument),
    });
  }
}

/** Takes away whatever policies the identity has by now, so that it can be deleted. */
export async function clearPolicies(ctx: ResourceContext, kind: IdentityKind, name: string): Promise<void> {
  const { ManagedPolicyArns = [], Policies = [] } = await readPolicies(ctx, kind, name);
  await applyPolicies(ctx, kind, name, {}, { ManagedPolicyArns, Policies });
}

export async function readPolicies(
  ctx: ResourceContext,
  kind: IdentityKind,
  name: string,
): Promise<IdentityProperties> {
  const identity = { [`${kind}Name`]: name, MaxItems: 1000 };
  const attached = await ctx.call<{ AttachedPolicies: { PolicyArn: string }[] }>(
    'iam',
    `ListAttached${kind}Policies`,
    identity,
  );
  const inline = await ctx.call<{ PolicyNames: string[] }>('iam', `List${kind}Policies`, identity);
  const Policies: { PolicyName: string; PolicyDocument: object }[] = [];
  for (const PolicyName of inline.PolicyNames) {
    const input = { [`${kind}Name`]: name, PolicyName };
    const { PolicyDocument } = await ctx.call<{ PolicyDocument: string }>('iam', `Get${kind}Policy`, input);
    Policies.push({ PolicyName, PolicyDocument: JSON.parse(decodeURIComponent(PolicyDocument)) as object });
  }
  return { ManagedPolicyArns: attached.AttachedPolicies.map(({ PolicyArn }) => PolicyArn), Policies };
}

/** Templates write policies as objects or as JSON texts. */
export function documentText(document: object | string): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}

/** What was there to be deleted may be gone already. Undefined then. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as { code?: string }).code === 'NoSuchEntity') return undefined;
    throw error;
  }
}

/** Runs the steps after a creation; when one fails, what was created is taken back and the failure told. */
export async function orUndo(steps: () => Promise<void>, undo: () => Promise<void>): Promise<void> {
  try {
    await steps();
  } catch (error) {
    await undo();
    throw error;
  }
}
