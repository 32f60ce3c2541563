import type { FirewallRule } from '../table.ts';

/** A rule group with one of AWS's names. */
export interface ManagedGroup {
  name: string;
  description: string;
  capacity: number;
  /** awswaf:managed:aws:core-rule-set: */
  labelNamespace: string;
  rules: readonly FirewallRule[];
}

export const managedGroups: readonly ManagedGroup[] = [];

/** Groups of AWS's that are not run, and why. */
export const refusedGroups: readonly { name: string; why: string }[] = [];
