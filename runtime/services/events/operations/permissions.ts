import type { PutPermissionCommandInput, RemovePermissionCommandInput } from '@aws-sdk/client-eventbridge';
import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { policyCache } from '../../../engines/iam/policy-cache.ts';
import type { Context } from '../../../kernel/service.ts';
import { notFound, validation } from '../errors.ts';
import { type Bus, busAt, buses } from '../state.ts';

interface PolicyDocument {
  Version: string;
  Statement: Statement[];
}

interface Statement {
  Sid?: string;
  [key: string]: unknown;
}

/** The whole policy at once, or one statement for an account or everyone ("PutPermission"). */
export function PutPermission(ctx: Context, input: PutPermissionCommandInput) {
  const bus = busAt(ctx, input.EventBusName);
  if (input.Policy !== undefined) {
    try {
      ctx.engine(policyCache).compile(input.Policy, 'resource');
    } catch (error) {
      if (error instanceof MalformedPolicy) throw validation(`The policy is not valid: ${error.message}`);
      throw error;
    }
    return keep(ctx, bus, input.Policy);
  }
  const { Action, Principal, StatementId, Condition } = input;
  if (!Action || !Principal || !StatementId)
    throw validation('Parameter(s) StatementId, Action and Principal must be specified.');
  if (Action !== 'events:PutEvents') throw validation("Provided value in parameter 'action' is not supported.");
  if (Principal !== '*' && !/^\d{12}$/.test(Principal))
    throw validation("Provided value in parameter 'principal' is not valid.");
  const statement = {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: bus.Arn,
    ...(Condition ? { Condition: { [Condition.Type ?? '']: { [Condition.Key ?? '']: Condition.Value } } } : {}),
  };
  const document = documentOf(bus);
  const others = document.Statement.filter(({ Sid }) => Sid !== StatementId);
  keep(ctx, bus, JSON.stringify({ ...document, Statement: [...others, statement] }));
}

export function RemovePermission(ctx: Context, input: RemovePermissionCommandInput) {
  const bus = busAt(ctx, input.EventBusName);
  if (input.RemoveAllPermissions) return keep(ctx, bus, undefined);
  const document = documentOf(bus);
  if (bus.Policy === undefined) throw notFound('EventBus does not have a policy.');
  const left = document.Statement.filter(({ Sid }) => Sid !== input.StatementId);
  if (left.length === document.Statement.length) throw notFound('Statement with the provided id does not exist.');
  keep(ctx, bus, left.length === 0 ? undefined : JSON.stringify({ ...document, Statement: left }));
}

function documentOf(bus: Bus): PolicyDocument {
  const document = JSON.parse(bus.Policy ?? '{"Version":"2012-10-17","Statement":[]}') as {
    Version: string;
    Statement: Statement | Statement[];
  };
  return { ...document, Statement: [document.Statement].flat() };
}

function keep(ctx: Context, bus: Bus, Policy: string | undefined): void {
  buses(ctx, bus).put(bus.Name, { ...bus, Policy, modifiedMs: ctx.clock.now() });
}
