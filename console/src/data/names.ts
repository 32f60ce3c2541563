import type { ResourceName } from '../../../runtime/control-plane/console/data/resource-names.ts';
import { get } from '../api.ts';
import type { Choice } from './picker.tsx';

/** What templates call things, by physical id. */
export type Names = Record<string, ResourceName>;

export async function loadNames(): Promise<Names> {
  return (await get<{ names: Names }>('names')).names;
}

/** A thing in a list: as its template calls it where it has one, with the name that CloudFormation made up below. */
export function choiceOf(names: Names, { id, name, region }: { id: string; name: string; region: string }): Choice {
  const known = names[id];
  return known && known.label !== name
    ? { id: name, name: known.label, more: name }
    : { id: name, name, more: known ? `${known.stack} · ${region}` : region };
}
