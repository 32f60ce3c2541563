import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';

/** An event as rules match it and targets get it ("AWS service event metadata", EventBridge User Guide). */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
}

export interface EventParts {
  detailType: string;
  source: string;
  timeMs: number;
  resources: string[];
  detail: unknown;
}

export function newEvent(kernel: Kernel, { account, region }: Scope, parts: EventParts): BusEvent {
  return {
    version: '0',
    id: kernel.ids.uuid(),
    'detail-type': parts.detailType,
    source: parts.source,
    account,
    time: new Date(parts.timeMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: parts.resources,
    detail: parts.detail,
  };
}
