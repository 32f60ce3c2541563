import type {
  CreateIPSetRequest,
  CreateRegexPatternSetRequest,
  CreateRuleGroupRequest,
  CreateWebACLRequest,
  LoggingConfiguration,
  Scope,
  Tag,
} from '@aws-sdk/client-wafv2';
import { formatArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';

/** What every named thing of WAF has. `Config` is what it was made with; byte strings in it are kept as binary texts. */
export interface Entity<Config> {
  Name: string;
  Id: string;
  ARN: string;
  LockToken: string;
  Scope: Scope;
  Config: Config;
  Tags: Tag[];
  account: string;
  region: string;
}

type Named = 'Name' | 'Scope' | 'Tags';
export type WebAclRecord = Entity<Omit<CreateWebACLRequest, Named>>;
export type RuleGroupRecord = Entity<Omit<CreateRuleGroupRequest, Named>>;
export type IpSetRecord = Entity<Omit<CreateIPSetRequest, Named>>;
export type RegexPatternSetRecord = Entity<Omit<CreateRegexPatternSetRequest, Named>>;

/** A regional resource with a web ACL; distributions name theirs themselves. */
export interface AssociationRecord {
  ResourceArn: string;
  WebACLArn: string;
}

type Owner = { account: string; region: string };
type Stored = Pick<Kernel, 'store'>;

function records<T extends object>(name: string): (kernel: Stored, owner: Owner) => Collection<T> {
  return (kernel, { account, region }) => kernel.store.collection<T>(`wafv2.${name}`, { account, region });
}

/** Keyed by id. Those for CloudFront are of us-east-1. */
export const webAcls = records<WebAclRecord>('web-acls');
export const ruleGroups = records<RuleGroupRecord>('rule-groups');
export const ipSets = records<IpSetRecord>('ip-sets');
export const regexPatternSets = records<RegexPatternSetRecord>('regex-pattern-sets');
/** Keyed by the resource's ARN. */
export const associations = records<AssociationRecord>('associations');
/** Keyed by the web ACL's ARN. */
export const loggingConfigurations = records<LoggingConfiguration>('logging-configurations');

export type Kind = 'webacl' | 'rulegroup' | 'ipset' | 'regexpatternset';

export function entityArn(kind: Kind, { account, region }: Owner, scope: Scope, name: string, id: string): string {
  const place = scope === 'CLOUDFRONT' ? 'global' : 'regional';
  return formatArn('wafv2', region, account, `${place}/${kind}/${name}/${id}`);
}

/** The record that an ARN names, whatever its region. */
export function byArn<T extends object>(
  kernel: Stored,
  collection: (kernel: Stored, owner: Owner) => Collection<T>,
  arn: string,
): T | undefined {
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  return collection(kernel, { account, region }).get(resource.split('/')[3] ?? '');
}
