import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { compilePolicy } from '../../../engines/iam/policy.ts';
import { wildcard } from '../../../engines/patterns/wildcards.ts';
import { s3Error } from '../errors.ts';
import { type Bucket, bucketArn } from '../state.ts';

export interface PolicyDocument {
  Statement?: PolicyStatement | PolicyStatement[];
}

interface PolicyStatement {
  Effect?: string;
  Principal?: unknown;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** "Bucket policies": 20 KB, in JSON, of this bucket and its objects, by actions that S3 has. Throws MalformedPolicy. */
export function checkPolicy(bucket: Bucket, text: string): PolicyDocument {
  if (Buffer.byteLength(text) > 20 * 1024) throw malformed('Policy exceeds the maximum allowed document size.');
  let policy: PolicyDocument;
  try {
    policy = JSON.parse(text) as PolicyDocument;
  } catch {
    throw malformed(
      text.trim().startsWith('{')
        ? 'This policy contains invalid Json'
        : "Policies must be valid JSON and the first byte must be '{'",
    );
  }
  if (policy.Statement === undefined) throw malformed('Missing required field Statement');
  try {
    compilePolicy(text, 'resource');
  } catch (error) {
    if (error instanceof MalformedPolicy) throw malformed(error.message);
    throw error;
  }
  for (const statement of listOf(policy.Statement)) checkStatement(bucket, statement);
  return policy;
}

function checkStatement(bucket: Bucket, statement: PolicyStatement): void {
  const actions = [...listOf(statement.Action), ...listOf(statement.NotAction)];
  if (!actions.every((action) => /^(\*|s3:)/i.test(action))) throw malformed('Policy has invalid action');
  const resources = [...listOf(statement.Resource), ...listOf(statement.NotResource)];
  if (resources.length === 0) throw malformed('Missing required field Resource');
  const arn = bucketArn(bucket.Name);
  const covering = (resource: string): boolean => {
    const name = /^arn:aws[\w-]*:s3:::([^/]*)(\/.*)?$/s.exec(resource)?.[1];
    return resource === '*' || (name !== undefined && (`arn:aws:s3:::${name}` === arn || wildcard(name)(bucket.Name)));
  };
  if (!resources.every(covering)) throw malformed('Policy has invalid resource');
}

function malformed(sentence: string): Error {
  return s3Error('MalformedPolicy', {}, sentence);
}

function listOf<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
