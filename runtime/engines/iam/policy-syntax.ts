import { MalformedPolicy } from './malformed-policy.ts';

/**
 * Where a policy is attached decides which elements it must and must not have: to an identity (also permissions
 * boundaries and session policies), to a resource, or to a role as its trust policy.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust';

export interface PolicyText {
  Version: string;
  statements: StatementText[];
}

export interface StatementText {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  NotPrincipal?: unknown;
  Condition?: unknown;
  actions: { values: string[]; not: boolean };
  resources: { values: string[]; not: boolean } | undefined;
}

/** The grammar of "Grammar of the IAM JSON policy language" (IAM User Guide), and what IAM says where it is not kept. */
export function readPolicy(text: string, kind: PolicyKind): PolicyText {
  const document = readObject(text, kind);
  for (const key of Object.keys(document))
    if (!['Version', 'Id', 'Statement'].includes(key)) throw unknownField(key, kind);
  const version = document.Version ?? '2008-10-17';
  if (version !== '2012-10-17' && (kind === 'identity' || version !== '2008-10-17')) {
    throw new MalformedPolicy('Policy document must be version 2012-10-17 or greater.');
  }
  if (document.Statement === undefined) throw syntaxError();
  const list = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  if (list.length === 0) throw syntaxError();
  const statements = list.map((statement) => readStatement(statement, kind));
  const sids = statements.map(({ Sid }) => Sid).filter((sid) => sid !== undefined && sid !== '');
  if (new Set(sids).size < sids.length) {
    throw new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
  return { Version: String(version), statements };
}

const statementFields = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

function readStatement(value: unknown, kind: PolicyKind): StatementText {
  if (!isRecord(value)) throw syntaxError();
  for (const key of Object.keys(value)) if (!statementFields.has(key)) throw unknownField(key, kind);
  const { Sid, Effect, Condition } = value;
  if (Sid !== undefined && typeof Sid !== 'string') throw syntaxError();
  if (kind !== 'resource' && Sid !== undefined && !/^[0-9A-Za-z]*$/.test(Sid)) {
    throw new MalformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  if (Effect === undefined && kind !== 'identity') throw new MalformedPolicy('Missing required field Effect');
  if (Effect !== 'Allow' && Effect !== 'Deny')
    throw kind === 'identity' ? syntaxError() : new MalformedPolicy(`Invalid effect: ${Effect}`);
  const statement: StatementText = { Effect, actions: readActions(value, kind), resources: readResources(value, kind) };
  checkPrincipals(value, kind);
  if (Sid !== undefined) statement.Sid = Sid;
  if (value.Principal !== undefined) statement.Principal = value.Principal;
  if (value.NotPrincipal !== undefined) statement.NotPrincipal = value.NotPrincipal;
  if (Condition !== undefined) statement.Condition = Condition;
  return statement;
}

function readActions(statement: Record<string, unknown>, kind: PolicyKind): { values: string[]; not: boolean } {
  const actions = eitherOf(statement, 'Action', 'NotAction');
  if (!actions || actions.values.length === 0) {
    throw new MalformedPolicy(
      kind === 'trust' ? 'Missing required field Action' : 'Policy statement must contain actions.',
    );
  }
  for (const action of actions.values) {
    if (action === '*' && kind !== 'trust') continue;
    const parts = action.split(':');
    if (kind === 'trust' && !action.toLowerCase().startsWith('sts:')) {
      throw new MalformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
    }
    if (parts.length > 2) throw new MalformedPolicy('Actions/Condition can contain only one colon.');
    if (parts.length < 2 || parts[0] === '') {
      throw new MalformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
    if (!/^[\w-]+$/.test(parts[0] ?? '') && kind === 'identity')
      throw new MalformedPolicy(`Vendor ${parts[0]} is not valid`);
  }
  return actions;
}

function readResources(
  statement: Record<string, unknown>,
  kind: PolicyKind,
): { values: string[]; not: boolean } | undefined {
  const resources = eitherOf(statement, 'Resource', 'NotResource');
  if (kind === 'trust') {
    if (resources) throw new MalformedPolicy(`Has prohibited field ${resources.not ? 'NotResource' : 'Resource'}`);
    return undefined;
  }
  if (!resources || resources.values.length === 0) {
    if (kind === 'resource' && !resources) return undefined;
    throw new MalformedPolicy('Policy statement must contain resources.');
  }
  if (kind === 'resource') return resources;
  for (const resource of resources.values) {
    if (resource === '*') continue;
    if (!resource.startsWith('arn:')) throw new MalformedPolicy(`Resource ${resource} must be in ARN format or "*".`);
    const partition = resource.split(':')[1] ?? '';
    if (!/^aws(-[a-z-]+)?$|[*?$]/.test(partition)) {
      throw new MalformedPolicy(`Partition "${partition}" is not valid for resource "${resource}".`);
    }
  }
  return resources;
}

function checkPrincipals(statement: Record<string, unknown>, kind: PolicyKind): void {
  const named = statement.Principal !== undefined || statement.NotPrincipal !== undefined;
  if (kind === 'identity') {
    if (named) throw new MalformedPolicy('Policy document should not specify a principal.');
    return;
  }
  if (!named) throw new MalformedPolicy('Missing required field Principal');
  if (statement.Principal !== undefined && statement.NotPrincipal !== undefined) throw syntaxError();
}

function eitherOf(
  statement: Record<string, unknown>,
  name: string,
  notName: string,
): { values: string[]; not: boolean } | undefined {
  const value = statement[name];
  const notValue = statement[notName];
  if (value !== undefined && notValue !== undefined) throw syntaxError();
  if (value === undefined && notValue === undefined) return undefined;
  const list: unknown[] = Array.isArray(value ?? notValue) ? ((value ?? notValue) as unknown[]) : [value ?? notValue];
  if (!list.every((item) => typeof item === 'string')) throw syntaxError();
  return { values: list, not: value === undefined };
}

function readObject(text: string, kind: PolicyKind): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new MalformedPolicy(kind === 'identity' ? 'Syntax errors in policy.' : 'This policy contains invalid Json');
  }
  if (!isRecord(document)) throw syntaxError();
  return document;
}

function unknownField(name: string, kind: PolicyKind): MalformedPolicy {
  return kind === 'identity' ? syntaxError() : new MalformedPolicy(`Unknown field ${name}`);
}

function syntaxError(): MalformedPolicy {
  return new MalformedPolicy('Syntax errors in policy.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
