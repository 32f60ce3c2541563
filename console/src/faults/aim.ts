import type { FaultTarget } from './fault.ts';

/** What an experiment is aimed at. */
export interface Aim {
  by: 'names' | 'zone' | 'tag';
  arns: string[];
  zone: string;
  /** KEY=VALUE */
  tag: string;
  /** How many of those, at random; empty for all. */
  count: string;
}

export const noAim: Aim = { by: 'names', arns: [], zone: '', tag: '', count: '' };

/** "Targets for AWS FIS": an experiment names at most five. */
export const mostNames = 5;

/** Those that it may strike, of which `count` are. */
export function aimedAt(aim: Aim, targets: FaultTarget[]): FaultTarget[] {
  if (aim.by === 'names') return targets.filter(({ arn }) => aim.arns.includes(arn));
  if (aim.by === 'zone') return targets.filter(({ zone }) => zone !== '' && zone === aim.zone);
  return targets.filter(({ tags }) => tagsOf({ tags }).includes(aim.tag));
}

export function zonesIn(targets: FaultTarget[]): string[] {
  return [...new Set(targets.map(({ zone }) => zone).filter(Boolean))].sort();
}

/** Not those that CloudFormation gives each resource by itself. */
export function tagsIn(targets: FaultTarget[]): string[] {
  const all = targets.flatMap(tagsOf).filter((tag) => !/^aws:cloudformation:(logical-id|stack-id)=/.test(tag));
  return [...new Set(all)].sort().slice(0, 200);
}

/** The part of the order that says on what. */
export function orderOf(aim: Aim): { on: string[]; tags: Record<string, string>; zone?: string; count?: number } {
  const at = aim.tag.indexOf('=');
  return {
    on: aim.by === 'names' ? aim.arns : [],
    tags: aim.by === 'tag' ? { [aim.tag.slice(0, at)]: aim.tag.slice(at + 1) } : {},
    ...(aim.by === 'zone' ? { zone: aim.zone } : {}),
    ...(aim.by !== 'names' && aim.count !== '' ? { count: Number(aim.count) } : {}),
  };
}

function tagsOf({ tags }: Pick<FaultTarget, 'tags'>): string[] {
  return Object.entries(tags).map(([key, value]) => `${key}=${value}`);
}
