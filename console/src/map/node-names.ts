import { get } from '../api.ts';
import type { MapNode } from './architecture.ts';

export interface Resource {
  status: string;
  properties: Record<string, unknown>;
  attributes: Record<string, unknown>;
}

/** As CloudFormation keeps it; of what no template names, nothing. */
export async function readResource(node: MapNode): Promise<Resource | undefined> {
  return node.logicalId === '' ? undefined : get<Resource>(`resource?id=${encodeURIComponent(node.id)}`);
}

/** What metrics and logs call it: its id, the end of its ARN or address, and its attributes. */
export function namesOf({ physicalId }: MapNode, resource: Resource | undefined): Set<string> {
  const attributes = Object.values(resource?.attributes ?? {}).filter((value) => typeof value === 'string');
  const all = [physicalId, ...attributes];
  const ends = all.flatMap((name) =>
    /^(arn:|https?:)/.test(name) ? [name.split('/').at(-1) ?? '', name.split(':').at(-1) ?? '', afterKind(name)] : [],
  );
  return new Set([...all, ...ends].filter((name) => name.length > 2));
}

/** CloudWatch writes load balancers and target groups as the end of their ARNs: app/shop/50dc6c495c0c9188. */
function afterKind(name: string): string {
  return /:loadbalancer\/(.+)$/.exec(name)?.[1] ?? /:(targetgroup\/.+)$/.exec(name)?.[1] ?? '';
}

/** Every text in a value of any shape. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
