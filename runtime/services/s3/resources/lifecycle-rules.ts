interface TemplateRule {
  Id?: string;
  Status?: string;
  Prefix?: string;
  TagFilters?: { Key: string; Value: string }[];
  ObjectSizeGreaterThan?: string | number;
  ObjectSizeLessThan?: string | number;
  ExpirationInDays?: number;
  ExpirationDate?: string;
  ExpiredObjectDeleteMarker?: boolean;
  NoncurrentVersionExpiration?: object;
  NoncurrentVersionExpirationInDays?: number;
  Transition?: TemplateTransition;
  Transitions?: TemplateTransition[];
  NoncurrentVersionTransition?: TemplateTransition;
  NoncurrentVersionTransitions?: TemplateTransition[];
  AbortIncompleteMultipartUpload?: object;
}

interface TemplateTransition {
  StorageClass?: string;
  TransitionInDays?: number;
  TransitionDate?: string;
  NewerNoncurrentVersions?: number;
}

/** A template's lifecycle rules in the API's form: other names, and a filter where the template has loose members. */
export function lifecycleOf(rules: object[]): { Rules: object[] } {
  return { Rules: rules.map(ruleOf) };
}

function ruleOf(rule: TemplateRule): object {
  const days = rule.NoncurrentVersionExpirationInDays;
  const transitions = [...(rule.Transitions ?? []), ...(rule.Transition ? [rule.Transition] : [])];
  const noncurrent = [
    ...(rule.NoncurrentVersionTransitions ?? []),
    ...(rule.NoncurrentVersionTransition ? [rule.NoncurrentVersionTransition] : []),
  ];
  return defined({
    ID: rule.Id,
    Status: rule.Status,
    Filter: filterOf(rule),
    Expiration: expirationOf(rule),
    NoncurrentVersionExpiration:
      rule.NoncurrentVersionExpiration ?? (days === undefined ? undefined : { NoncurrentDays: days }),
    Transitions:
      transitions.length === 0
        ? undefined
        : transitions.map(({ StorageClass, TransitionInDays, TransitionDate }) =>
            defined({ StorageClass, Days: TransitionInDays, Date: TransitionDate }),
          ),
    NoncurrentVersionTransitions:
      noncurrent.length === 0
        ? undefined
        : noncurrent.map(({ StorageClass, TransitionInDays: NoncurrentDays, NewerNoncurrentVersions }) =>
            defined({ StorageClass, NoncurrentDays, NewerNoncurrentVersions }),
          ),
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
  });
}

function filterOf(rule: TemplateRule): object {
  const Tags = rule.TagFilters ?? [];
  const loose = defined({
    Prefix: rule.Prefix,
    ObjectSizeGreaterThan: numberOf(rule.ObjectSizeGreaterThan),
    ObjectSizeLessThan: numberOf(rule.ObjectSizeLessThan),
  });
  const conditions = Object.keys(loose).length + Tags.length;
  if (conditions === 0) return { Prefix: '' };
  if (conditions > 1) return { And: { ...loose, ...(Tags.length > 0 ? { Tags } : {}) } };
  return Tags[0] ? { Tag: Tags[0] } : loose;
}

function expirationOf({
  ExpirationInDays,
  ExpirationDate,
  ExpiredObjectDeleteMarker,
}: TemplateRule): object | undefined {
  const expiration = defined({ Days: ExpirationInDays, Date: ExpirationDate, ExpiredObjectDeleteMarker });
  return Object.keys(expiration).length > 0 ? expiration : undefined;
}

function defined(record: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function numberOf(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
