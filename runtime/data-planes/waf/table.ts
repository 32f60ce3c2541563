/**
 * What the firewall needs to inspect requests by one web ACL. services/wafv2 compiles it, with every set, pattern and rule
 * group resolved, and pushes it in. Texts that are compared with requests are binary: one character a byte.
 */
export interface FirewallAcl {
  arn: string;
  id: string;
  name: string;
  account: string;
  region: string;
  scope: 'CLOUDFRONT' | 'REGIONAL';
  /** awswaf:111122223333:webacl:name: */
  labelNamespace: string;
  /** In the order they are evaluated. */
  rules: FirewallRule[];
  defaultAction: FirewallAction;
  visibility: Visibility;
  /** How much of a body is inspected, where the association says otherwise than its kind's default. */
  bodyLimitBytes: number | undefined;
  logging: FirewallLogging | undefined;
}

export interface FirewallRule {
  name: string;
  visibility: Visibility;
  /** Full names, with the namespace. */
  labels: readonly string[];
  /** One or the other. */
  match: FirewallStatement | undefined;
  group: GroupUse | undefined;
  /** Unused for groups, whose rules have their own. */
  action: FirewallAction;
}

/** A rule group as one rule of a web ACL uses it. */
export interface GroupUse {
  /** ARN of one's own group; `AWS#AWSManagedRulesCommonRuleSet` of a managed one. */
  id: string;
  /** Dimension ManagedRuleGroup or RuleGroup of its metrics. */
  name: string;
  managed: boolean;
  rules: FirewallRule[];
  scopeDown: FirewallStatement | undefined;
  /** OverrideAction Count: what the group comes to is only counted. */
  count: boolean;
}

export interface Visibility {
  metricName: string;
  metrics: boolean;
  sampled: boolean;
}

export type FirewallAction =
  | { kind: 'allow' | 'count'; insertHeaders: readonly Header[] }
  | { kind: 'block'; response: BlockResponse | undefined };

export interface Header {
  name: string;
  value: string;
}

export interface BlockResponse {
  status: number;
  headers: readonly Header[];
  body: { contentType: string; content: string } | undefined;
}

export type FirewallStatement =
  | { kind: 'and' | 'or'; statements: FirewallStatement[] }
  | { kind: 'not'; statement: FirewallStatement }
  | ({ kind: 'bytes'; search: string; position: Position } & Inspects)
  /** Any of the patterns; RE2's syntax, or what the runtime itself wrote. */
  | ({ kind: 'regex'; patterns: readonly (string | RegExp)[] } & Inspects)
  | ({ kind: 'size'; comparison: Comparison; size: number } & Inspects)
  | ({ kind: 'sqli'; sensitivity: 'LOW' | 'HIGH' } & Inspects)
  | ({ kind: 'xss' } & Inspects)
  | { kind: 'addresses'; addresses: readonly string[]; forwarded: ForwardedAddress | undefined }
  | { kind: 'country'; countries: readonly string[]; forwarded: ForwardedAddress | undefined }
  | { kind: 'label'; scope: 'LABEL' | 'NAMESPACE'; key: string }
  | RateStatement;

export interface RateStatement {
  kind: 'rate';
  /** Of the rule, so that counts outlive a change of other rules. */
  id: string;
  limit: number;
  windowSeconds: number;
  /** Empty: all requests are counted together (CONSTANT). */
  keys: readonly RateKey[];
  aggregateType: 'IP' | 'FORWARDED_IP' | 'CONSTANT' | 'CUSTOM_KEYS';
  scopeDown: FirewallStatement | undefined;
}

export type RateKey =
  | { kind: 'IP' | 'HTTP_METHOD' }
  | { kind: 'FORWARDED_IP'; forwarded: ForwardedAddress }
  | { kind: 'HEADER' | 'COOKIE' | 'QUERY_ARGUMENT'; name: string; transformations: readonly string[] }
  | { kind: 'QUERY_STRING' | 'URI_PATH'; transformations: readonly string[] }
  | { kind: 'LABEL_NAMESPACE'; namespace: string };

export interface Inspects {
  field: Field;
  /** AWS's names, in order of priority. */
  transformations: readonly string[];
}

export type Position = 'EXACTLY' | 'STARTS_WITH' | 'ENDS_WITH' | 'CONTAINS' | 'CONTAINS_WORD';
export type Comparison = 'EQ' | 'NE' | 'LE' | 'LT' | 'GE' | 'GT';
export type Oversize = 'CONTINUE' | 'MATCH' | 'NO_MATCH';
export type MapScope = 'ALL' | 'KEY' | 'VALUE';

export type Field =
  | { kind: 'method' | 'path' | 'query' | 'arguments' }
  | { kind: 'header' | 'argument'; name: string }
  | {
      kind: 'headers' | 'cookies';
      only: readonly string[] | undefined;
      except: readonly string[];
      scope: MapScope;
      oversize: Oversize;
    }
  | { kind: 'headerOrder'; oversize: Oversize }
  | { kind: 'body'; oversize: Oversize }
  /** The fields of a form, the strings of JSON: what managed groups look at, so that separators are not taken for syntax. */
  | { kind: 'bodyValues' }
  | {
      kind: 'json';
      /** JSON pointers; undefined for all. */
      paths: readonly string[] | undefined;
      scope: MapScope;
      invalid: 'MATCH' | 'NO_MATCH' | 'EVALUATE_AS_STRING' | undefined;
      oversize: Oversize;
    };

export interface ForwardedAddress {
  headerName: string;
  fallbackMatches: boolean;
  position: 'FIRST' | 'LAST' | 'ANY';
}

export interface FirewallLogging {
  /** ARN of a log group or of a bucket. */
  destination: string;
  redacted: readonly Field[];
  /** Undefined: everything is kept. */
  filter: LogFilter | undefined;
}

export interface LogFilter {
  keepsByDefault: boolean;
  filters: readonly { keep: boolean; all: boolean; conditions: readonly LogCondition[] }[];
}

export type LogCondition = { kind: 'action'; action: string } | { kind: 'label'; label: string };
