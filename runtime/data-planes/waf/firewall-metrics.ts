import type { Kernel } from '../../kernel/service.ts';
import type { Inspection, Matched } from './inspect.ts';
import type { FirewallAcl } from './table.ts';

type Dimensions = Record<string, string>;

/**
 * AWS/WAFV2, sums of a minute ("AWS WAF metrics and dimensions"): by rule of the web ACL, by rule of a group, ALL, and by
 * label. Web ACLs of CloudFront have no Region dimension and publish in us-east-1.
 */
export class FirewallMetrics {
  readonly #kernel: Kernel;
  readonly #minute = new Map<string, { name: string; dimensions: Dimensions; acl: FirewallAcl; value: number }>();
  #scheduled = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  count(acl: FirewallAcl, { action, terminating, counted, groups }: Inspection, labels: ReadonlySet<string>): void {
    const name = action.kind === 'block' ? 'BlockedRequests' : 'AllowedRequests';
    if (acl.visibility.metrics) {
      this.#add(acl, name, { Rule: 'ALL' });
      if (!terminating) this.#add(acl, name, { Rule: acl.visibility.metricName });
      if (counted.length > 0) this.#add(acl, 'CountedRequests', { Rule: 'ALL' });
      for (const label of labels) this.#addLabel(acl, name, label);
    }
    if (terminating) this.#addMatch(acl, name, terminating);
    for (const match of counted) this.#addMatch(acl, 'CountedRequests', match);
    for (const group of groups)
      if (!group.terminating && group.rule.visibility.metrics)
        this.#add(acl, 'PassedRequests', {
          [dimensionOf(group.use)]: group.use.name,
          Rule: group.rule.visibility.metricName,
        });
    if (!this.#scheduled && this.#minute.size > 0) this.#schedule();
  }

  /** A match in a group is told for the group's rule, and for the rule of the web ACL that uses the group. */
  #addMatch(acl: FirewallAcl, name: string, { rule, within }: Matched): void {
    if (rule.visibility.metrics) {
      const { metricName: Rule } = rule.visibility;
      this.#add(acl, name, within ? { [dimensionOf(within.use)]: within.use.name, Rule } : { Rule });
    }
    if (within?.rule.visibility.metrics) this.#add(acl, name, { Rule: within.rule.visibility.metricName });
  }

  #addLabel(acl: FirewallAcl, name: string, label: string): void {
    const colon = label.lastIndexOf(':');
    this.#add(acl, name, { LabelNamespace: label.slice(0, colon), Label: label.slice(colon + 1) });
  }

  #add(acl: FirewallAcl, name: string, own: Dimensions): void {
    const key = `${acl.arn}\0${name}\0${Object.entries(own).join('\0')}`;
    const known = this.#minute.get(key);
    if (known) {
      known.value += 1;
      return;
    }
    const dimensions = {
      WebACL: acl.visibility.metricName,
      ...(acl.scope === 'REGIONAL' ? { Region: acl.region } : {}),
      ...own,
    };
    this.#minute.set(key, { name, dimensions, acl, value: 1 });
  }

  /** Only minutes with traffic have a timer, so that time wound over quiet weeks costs nothing. */
  #schedule(): void {
    this.#scheduled = true;
    const { clock } = this.#kernel;
    const endMs = (Math.floor(clock.now() / 60_000) + 1) * 60_000;
    clock.at(endMs, 'firewall metrics', () => this.#publish(endMs - 60_000));
  }

  #publish(timeMs: number): void {
    this.#scheduled = false;
    for (const { name, dimensions, acl, value } of this.#minute.values())
      this.#kernel.events.emit('metric', {
        namespace: 'AWS/WAFV2',
        name,
        dimensions,
        value,
        unit: 'Count',
        timeMs,
        region: acl.region,
        account: acl.account,
      });
    this.#minute.clear();
  }
}

function dimensionOf(use: { managed: boolean }): string {
  return use.managed ? 'ManagedRuleGroup' : 'RuleGroup';
}
