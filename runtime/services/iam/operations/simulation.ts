import type {
  ContextEntry,
  EvaluationResult,
  GetContextKeysForCustomPolicyCommandInput,
  GetContextKeysForPrincipalPolicyCommandInput,
  PolicySourceType,
  SimulateCustomPolicyCommandInput,
  SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { type ConditionKeys, conditionKeysOf } from '../../../engines/iam/condition-keys.ts';
import { type ApplicablePolicies, decide } from '../../../engines/iam/decide.ts';
import { applies, type Policy } from '../../../engines/iam/policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import { parseArn } from '../../../kernel/arn.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkDocument } from '../behaviour/documents.ts';
import { allHolders } from '../behaviour/holders.ts';
import { namedPolicies } from '../behaviour/named-policies.ts';
import { pageOf } from '../behaviour/pages.ts';
import { invalidInput, noSuchEntity } from '../errors.ts';

/** What the policies given would decide, nobody's own counted in. */
export function SimulateCustomPolicy(ctx: Context, input: SimulateCustomPolicyCommandInput): object {
  const sources = sourcesOf(ctx, 'PolicyInputList', input.PolicyInputList);
  return simulate(ctx, input, { sources, boundary: boundaryOf(ctx, input), principal: callerOf(ctx, input.CallerArn) });
}

/** What the policies of a user, group or role, and those given besides, would decide. */
export function SimulatePrincipalPolicy(ctx: Context, input: SimulatePrincipalPolicyCommandInput): object {
  const found = findSource(ctx, input.PolicySourceArn);
  const { policies, boundary } = namedPolicies(ctx, found.kind, found.holder);
  const cache = ctx.engine(policyCache);
  const sources = policies.map(({ id, type, text }) => ({ id, type, policy: cache.compile(text, 'identity') }));
  return simulate(ctx, input, {
    sources: [...sources, ...sourcesOf(ctx, 'PolicyInputList', input.PolicyInputList)],
    boundary: boundaryOf(ctx, input) ?? (boundary === undefined ? undefined : cache.compile(boundary, 'identity')),
    principal: callerOf(ctx, input.CallerArn ?? found.holder.Arn),
  });
}

/** The condition keys that the policies given ask for. */
export function GetContextKeysForCustomPolicy(ctx: Context, input: GetContextKeysForCustomPolicyCommandInput): object {
  return { ContextKeyNames: contextKeysOf(ctx, input.PolicyInputList) };
}

/** Those that the policies of a user, group or role, and those given besides, ask for. */
export function GetContextKeysForPrincipalPolicy(
  ctx: Context,
  input: GetContextKeysForPrincipalPolicyCommandInput,
): object {
  const { kind, holder } = findSource(ctx, input.PolicySourceArn);
  const own = namedPolicies(ctx, kind, holder).policies.map(({ text }) => text);
  return { ContextKeyNames: contextKeysOf(ctx, [...own, ...(input.PolicyInputList ?? [])]) };
}

function contextKeysOf(ctx: Context, texts: string[] = []): string[] {
  const names = new Set<string>();
  for (const text of texts) {
    const { Statement } = JSON.parse(checkDocument(ctx, text, 'identity')) as {
      Statement: ConditionHolder | ConditionHolder[];
    };
    for (const { Condition = {} } of [Statement].flat(1)) {
      for (const tests of Object.values(Condition)) for (const key of Object.keys(tests)) names.add(key);
    }
    for (const [, variable = ''] of text.matchAll(/\$\{([^},*?${]+)[,}]/g)) names.add(variable.trim());
  }
  return [...names];
}

interface ConditionHolder {
  Condition?: Record<string, object>;
}

function findSource(ctx: Context, arn: string | undefined): ReturnType<typeof allHolders>[number] {
  const found = allHolders(ctx).find(({ holder }) => holder.Arn === arn);
  if (!found) throw noSuchEntity(`The entity ${arn} cannot be found.`);
  return found;
}

interface Simulation {
  sources: Source[];
  boundary: Policy | undefined;
  principal: Principal;
}

interface Source {
  id: string;
  type: PolicySourceType;
  policy: Policy;
}

type Request = SimulateCustomPolicyCommandInput | SimulatePrincipalPolicyCommandInput;

function simulate(ctx: Context, input: Request, simulation: Simulation): object {
  const resources = input.ResourceArns?.length ? input.ResourceArns : ['*'];
  const results = (input.ActionNames ?? []).flatMap((action) => {
    if (!/^[\w-]+:[\w*]+$/.test(action)) throw invalidInput(`Invalid Action: ${action}`);
    return resources.map((resource) => evaluate(ctx, input, { ...simulation, action, resource }));
  });
  const numbered = results.map((result, index) => ({ result, key: String(index).padStart(6, '0') }));
  const { items, ...rest } = pageOf(numbered, ({ key }) => key, input);
  return { EvaluationResults: items.map(({ result }) => result), ...rest };
}

function evaluate(
  ctx: Context,
  input: Request,
  { sources, boundary, principal, action, resource }: Simulation & { action: string; resource: string },
): EvaluationResult {
  const missing = new Set<string>();
  const keys = watched(input.ContextEntries ?? [], missing);
  const policies: ApplicablePolicies = {
    identity: sources.map(({ policy }) => policy),
    boundary,
    resource:
      input.ResourcePolicy === undefined
        ? undefined
        : ctx.engine(policyCache).compile(checkDocument(ctx, input.ResourcePolicy, 'resource'), 'resource'),
  };
  const owner = parseArn(input.ResourceOwner ?? '')?.account ?? input.ResourceOwner ?? ctx.account;
  const decision = decide({ principal, action, resource, resourceAccount: owner, keys }, policies);
  const boundaryDecides =
    boundary && decide({ principal, action, resource, resourceAccount: owner, keys }, { identity: [boundary] });
  const matched = sources.filter(({ policy }) =>
    policy.statements.some((statement) => applies(statement, action.toLowerCase(), resource, keys)),
  );
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision.allowed ? 'allowed' : decision.explicit ? 'explicitDeny' : 'implicitDeny',
    MatchedStatements: matched.map(({ id, type }) => ({ SourcePolicyId: id, SourcePolicyType: type })),
    MissingContextValues: [...missing],
    ...(boundaryDecides
      ? { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: boundaryDecides.allowed } }
      : {}),
  };
}

/** The keys the simulation is given, noting those asked for and not given. */
function watched(entries: ContextEntry[], missing: Set<string>): ConditionKeys {
  const given = conditionKeysOf(
    Object.fromEntries(
      entries.map(({ ContextKeyName = '', ContextKeyValues = [] }) => [ContextKeyName, ContextKeyValues]),
    ),
  );
  return {
    get(name) {
      const values = given.get(name);
      if (values === undefined && name !== '') missing.add(name);
      return values;
    },
  };
}

function sourcesOf(ctx: Context, list: string, texts: string[] | undefined): Source[] {
  const cache = ctx.engine(policyCache);
  return (texts ?? []).map((text, index) => ({
    id: `${list}.${index + 1}`,
    type: 'none',
    policy: cache.compile(checkDocument(ctx, text, 'identity'), 'identity'),
  }));
}

function boundaryOf(ctx: Context, input: Request): Policy | undefined {
  return sourcesOf(ctx, 'PermissionsBoundaryPolicyInputList', input.PermissionsBoundaryPolicyInputList)[0]?.policy;
}

/** The simulated caller; what it may do comes from the policies given, not from the records of its name. */
function callerOf(ctx: Context, arn = ''): Principal {
  const userName = arn.slice(arn.lastIndexOf('/') + 1) || 'simulated';
  return { kind: 'user', account: parseArn(arn)?.account ?? ctx.account, arn, userId: 'AIDASIMULATED', userName };
}
