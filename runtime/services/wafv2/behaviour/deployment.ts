import type { LoggingConfiguration } from '@aws-sdk/client-wafv2';
import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import type { FirewallAcl, FirewallLogging } from '../../../data-planes/waf/table.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { associations, loggingConfigurations, type WebAclRecord, webAcls } from '../state.ts';
import { compileAction, compileVisibility } from './compile-action.ts';
import { compileField } from './compile-field.ts';
import { compileRules } from './compile-rules.ts';

const bodyLimits: Readonly<Record<string, number>> = lookupTable({
  KB_16: 16_384,
  KB_32: 32_768,
  KB_48: 49_152,
  KB_64: 65_536,
});

/** A web ACL as the firewall takes it. Throws AWS's errors for what is wrong with it. */
export function compileWebAcl(kernel: Pick<Kernel, 'store'>, record: WebAclRecord): FirewallAcl {
  const { Config: config, ARN: arn, Name: name, account, region } = record;
  const labelNamespace = `awswaf:${account}:webacl:${name}:`;
  const limit = config.AssociationConfig?.RequestBody?.CLOUDFRONT?.DefaultSizeInspectionLimit;
  const logging = loggingConfigurations(kernel, record).get(arn);
  return {
    arn,
    id: record.Id,
    name,
    account,
    region,
    scope: record.Scope,
    labelNamespace,
    rules: compileRules(config.Rules, {
      kernel,
      arn,
      labelNamespace,
      bodies: config.CustomResponseBodies,
      groups: true,
    }),
    defaultAction: compileAction(config.DefaultAction, config.CustomResponseBodies, 'DEFAULT_ACTION'),
    visibility: compileVisibility(config.VisibilityConfig),
    bodyLimitBytes: limit === undefined ? undefined : bodyLimits[limit],
    logging: logging && compileLogging(logging),
  };
}

function compileLogging(configuration: LoggingConfiguration): FirewallLogging {
  const { LoggingFilter: filter } = configuration;
  return {
    destination: configuration.LogDestinationConfigs?.[0] ?? '',
    redacted: (configuration.RedactedFields ?? []).map(compileField),
    filter: filter && {
      keepsByDefault: filter.DefaultBehavior === 'KEEP',
      filters: (filter.Filters ?? []).map(({ Behavior, Requirement, Conditions }) => ({
        keep: Behavior === 'KEEP',
        all: Requirement === 'MEETS_ALL',
        conditions: (Conditions ?? []).map(({ ActionCondition, LabelNameCondition }) =>
          ActionCondition
            ? { kind: 'action', action: String(ActionCondition.Action) }
            : { kind: 'label', label: String(LabelNameCondition?.LabelName) },
        ),
      })),
    },
  };
}

export function deploy(kernel: Kernel, record: WebAclRecord): void {
  kernel.engine(firewalls).deploy(compileWebAcl(kernel, record));
}

/** After a set or a group that some may use has changed. */
export function redeployAll(kernel: Kernel): void {
  for (const scope of kernel.store.scopes('wafv2.web-acls'))
    for (const record of webAcls(kernel, scope).values()) deploy(kernel, record);
}

/** At the start of the runtime. */
export function attachAll(kernel: Kernel): void {
  for (const scope of kernel.store.scopes('wafv2.associations'))
    for (const { ResourceArn, WebACLArn } of associations(kernel, scope).values())
      kernel.engine(firewalls).attach(ResourceArn, WebACLArn, 'ALB');
}
