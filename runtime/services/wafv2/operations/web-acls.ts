import type {
  CheckCapacityCommandInput,
  CreateWebACLCommandInput,
  DeleteWebACLCommandInput,
  GetWebACLCommandInput,
  ListWebACLsCommandInput,
  UpdateWebACLCommandInput,
  WebACL,
} from '@aws-sdk/client-wafv2';
import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import type { Context } from '../../../kernel/service.ts';
import { withBytes, withTexts } from '../behaviour/byte-strings.ts';
import { capacityOf, mostCapacity } from '../behaviour/capacity.ts';
import { compileRules } from '../behaviour/compile-rules.ts';
import { forgetDeletedResources } from '../behaviour/deleted-resources.ts';
import { compileWebAcl, deploy } from '../behaviour/deployment.ts';
import { checkScope, findEntity, findToChange, newEntity, pageOf, summaryOf } from '../behaviour/entities.ts';
import { associated, limitsExceeded } from '../errors.ts';
import { loggingConfigurations, type WebAclRecord, webAcls } from '../state.ts';

export function CreateWebACL(ctx: Context, input: CreateWebACLCommandInput) {
  const record = newEntity(ctx, 'webacl', webAcls(ctx, ctx), { ...input, Config: configOf(input) });
  put(ctx, record);
  return { Summary: summaryOf(record) };
}

export function GetWebACL(ctx: Context, input: GetWebACLCommandInput) {
  const record = input.ARN
    ? findEntity(ctx, webAcls(ctx, ctx), namedBy(input.ARN))
    : findEntity(ctx, webAcls(ctx, ctx), input);
  return { WebACL: describe(ctx, record), LockToken: record.LockToken };
}

export function UpdateWebACL(ctx: Context, input: UpdateWebACLCommandInput) {
  const record = findToChange(ctx, webAcls(ctx, ctx), input);
  const updated = { ...record, Config: configOf(input), LockToken: ctx.ids.uuid() };
  put(ctx, updated);
  return { NextLockToken: updated.LockToken };
}

export async function DeleteWebACL(ctx: Context, input: DeleteWebACLCommandInput) {
  const record = findToChange(ctx, webAcls(ctx, ctx), input);
  await forgetDeletedResources(ctx, record.ARN);
  if (ctx.engine(firewalls).resourcesOf(record.ARN).length > 0) throw associated();
  webAcls(ctx, ctx).delete(record.Id);
  loggingConfigurations(ctx, ctx).delete(record.ARN);
  ctx.engine(firewalls).withdraw(record.ARN);
  return {};
}

export function ListWebACLs(ctx: Context, input: ListWebACLsCommandInput) {
  const { page, ...rest } = pageOf(ctx, webAcls(ctx, ctx), input);
  return { ...rest, WebACLs: page.map(summaryOf) };
}

export function CheckCapacity(ctx: Context, input: CheckCapacityCommandInput) {
  checkScope(ctx, input.Scope);
  const rules = withTexts(input.Rules ?? []);
  compileRules(rules, { kernel: ctx, arn: 'check', labelNamespace: 'check:', bodies: undefined, groups: true });
  return { Capacity: capacityOf(ctx, rules) };
}

/** Compiled first: what is wrong with it is said before anything is kept. */
function put(ctx: Context, record: WebAclRecord): void {
  compileWebAcl(ctx, record);
  if (capacityOf(ctx, record.Config.Rules) > mostCapacity) throw limitsExceeded();
  webAcls(ctx, ctx).put(record.Id, record);
  deploy(ctx, record);
}

function configOf(input: UpdateWebACLCommandInput | CreateWebACLCommandInput): WebAclRecord['Config'] {
  const { DefaultAction, Description, Rules, VisibilityConfig, CustomResponseBodies, AssociationConfig } = input;
  return withTexts({ DefaultAction, Description, Rules, VisibilityConfig, CustomResponseBodies, AssociationConfig });
}

function namedBy(arn: string) {
  const [, , , , , resource = ''] = arn.split(':');
  const [place, , Name, Id] = resource.split('/');
  return { Name, Id, Scope: place === 'global' ? ('CLOUDFRONT' as const) : ('REGIONAL' as const) };
}

export function describe(ctx: Context, record: WebAclRecord): WebACL {
  const { Config: config } = record;
  return withBytes({
    Name: record.Name,
    Id: record.Id,
    ARN: record.ARN,
    Description: config.Description ?? '',
    DefaultAction: config.DefaultAction,
    Rules: config.Rules ?? [],
    VisibilityConfig: config.VisibilityConfig,
    Capacity: capacityOf(ctx, config.Rules),
    ManagedByFirewallManager: false,
    LabelNamespace: `awswaf:${record.account}:webacl:${record.Name}:`,
    CustomResponseBodies: config.CustomResponseBodies,
    AssociationConfig: config.AssociationConfig,
    RetrofittedByFirewallManager: false,
  });
}
