import type { Kernel } from '../../../kernel/service.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import type { UrlRecord } from '../state.ts';

export function closeUrl(kernel: Kernel, url: UrlRecord): void {
  kernel.engine(hosts).remove(new URL(url.FunctionUrl).host);
}
