interface Statement {
  Effect?: string;
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/**
 * Whether a resource policy (JSON text) lets everybody in: an Allow to everybody that no condition on a fixed value
 * narrows ("The meaning of public", Amazon S3 User Guide; other services' BlockPublicPolicy asks the same).
 */
export function isPublicPolicy(text: string): boolean {
  const policy = JSON.parse(text) as { Statement?: Statement | Statement[] };
  return listOf(policy.Statement).some((statement) => {
    if (statement.Effect !== 'Allow' || !isEverybody(statement.Principal)) return false;
    return !Object.entries(statement.Condition ?? {}).some(
      ([operator, tests]) => !/Not|IfExists|Null/.test(operator) && Object.entries(tests).some(narrows),
    );
  });
}

function isEverybody(principal: unknown): boolean {
  if (principal === '*') return true;
  return (
    typeof principal === 'object' &&
    principal !== null &&
    listOf((principal as { AWS?: string | string[] }).AWS).includes('*')
  );
}

function narrows([key, values]: [string, unknown]): boolean {
  if (!narrowingKeys.test(key)) return false;
  return listOf(values as string | string[]).every(
    (value) => !/^\*+$|^0\.0\.0\.0\/[0-7]?$|^::\/0$/.test(String(value)),
  );
}

const narrowingKeys =
  /^(aws:(SourceIp|SourceArn|SourceVpc|SourceVpce|SourceOwner|SourceAccount|PrincipalOrgID|PrincipalOrgPaths|userid|PrincipalArn|PrincipalAccount|PrincipalServiceName)|s3:(DataAccessPointArn|DataAccessPointAccount|x-amz-server-side-encryption-aws-kms-key-id))$/i;

function listOf<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
