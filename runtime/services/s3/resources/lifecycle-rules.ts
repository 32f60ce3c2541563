/** A template's lifecycle rules in the API's form: other names, and a filter where the template has loose members. */
export function lifecycleOf(rules: Record<string, unknown>[]): { Rules: object[] } {
  return { Rules: rules.map(ruleOf) };
}

function ruleOf(rule: Record<string, unknown>): object {
  const tags = (rule.TagFilters ?? []) as { Key: string; Value: string }[];
  const noncurrent = rule.NoncurrentVersionExpiration ?? (rule.NoncurrentVersionExpirationInDays === undefined ? undefined : { NoncurrentDays: rule.NoncurrentVersionExpirationInDays });
  const expiration = {
    Days: rule.ExpirationInDays,
    Date: rule.ExpirationDate,
    ExpiredObjectDeleteMarker: rule.ExpiredObjectDeleteMarker,
  };
  const set = Object.values(expiration).some((value) => value !== undefined);
  return {
    ID: rule.Id,
    Status: rule.Status,
    Filter: {
      And: { Prefix: (rule.Prefix as string | undefined) ?? '', Tags: tags, ObjectSizeGreaterThan: numberOf(rule.ObjectSizeGreaterThan), ObjectSizeLessThan: numberOf(rule.ObjectSizeLessThan) },
    },
    Expiration: set ? expiration : undefined,
    NoncurrentVersionExpiration: noncurrent,
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
  };
}

function numberOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}
