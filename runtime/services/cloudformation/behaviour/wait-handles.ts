import { signals } from '../../../engines/cloudformation/deployment/creation-signals.ts';
import { isRecord } from '../../../engines/cloudformation/template/template.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { responseDesk } from './response-desk.ts';

export { responseDesk };

/** Signals to a handle are kept under its URL until its wait condition looks. */
export function openHandle(kernel: Pick<Kernel, 'engine'>, token: string): void {
  const desk = kernel.engine(responseDesk);
  const key = handleKey(desk.url(token));
  const mailbox = kernel.engine(signals);
  mailbox.open(key);
  desk.open(token, (body) => {
    const signal = parse(body);
    if (signal) mailbox.send(key, signal);
  });
}

export function handleKey(url: string): string {
  return `handle ${url}`;
}

/** "Wait condition signal JSON format". */
function parse(body: string) {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value.UniqueId !== 'string') return undefined;
  const { UniqueId, Status, Data } = value;
  return {
    UniqueId,
    Status: Status === 'FAILURE' ? ('FAILURE' as const) : ('SUCCESS' as const),
    Data: typeof Data === 'string' ? Data : '',
  };
}
