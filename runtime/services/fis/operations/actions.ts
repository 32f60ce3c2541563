import type { Context } from '../../../kernel/service.ts';
import { actionTypes } from '../behaviour/action-types.ts';
import type { ActionType } from '../behaviour/actions/action.ts';
import { page } from '../behaviour/paging.ts';
import { targetTypes } from '../behaviour/targets.ts';
import { notFound } from '../errors.ts';
import { fisArn } from '../state.ts';

interface Page {
  maxResults?: number;
  nextToken?: string;
}

/** Those that are done here; AWS has more. */
export function ListActions(ctx: Context, input: Page) {
  const all = [...actionTypes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const { items, ...more } = page(all, input);
  return { actions: items.map((type) => summary(ctx, type)), ...more };
}

export function GetAction(ctx: Context, { id }: { id: string }) {
  const type = actionTypes.get(id);
  if (!type) throw notFound(`The action ${id}`);
  const parameters = Object.fromEntries(
    Object.entries(type.parameters).map(([name, { description, required = false }]) => [
      name,
      { description, required },
    ]),
  );
  return { action: { ...summary(ctx, type), parameters } };
}

export function ListTargetResourceTypes(_ctx: Context, input: Page) {
  const all = Object.entries(targetTypes).map(([resourceType, { description }]) => ({ resourceType, description }));
  const { items, ...more } = page(all, input);
  return { targetResourceTypes: items, ...more };
}

export function GetTargetResourceType(_ctx: Context, { resourceType }: { resourceType: string }) {
  const type = targetTypes[resourceType];
  if (!type) throw notFound(`The target resource type ${resourceType}`);
  const parameters = Object.fromEntries(
    Object.entries(type.parameters).map(([name, { description }]) => [name, { description, required: false }]),
  );
  return { targetResourceType: { resourceType, description: type.description, parameters } };
}

function summary(ctx: Context, { id, description, target }: ActionType) {
  const targets = target ? { [target.name]: { resourceType: target.resourceType } } : {};
  return { id, arn: fisArn(ctx, 'action', id), description, targets, tags: {} };
}
