import type { DataPlane } from '../../../data-planes/http/exchange.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import { signals } from '../../../engines/cloudformation/deployment/creation-signals.ts';
import { isRecord } from '../../../engines/cloudformation/template/template.ts';
import type { ResourceContext } from '../../../kernel/resource.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { responseDesk } from './response-desk.ts';

/**
 * A handle's URL, as AWS's is: on a bucket of CloudFormation's, which instances find by AWS's name and on this machine the
 * gateway serves under .localhost. Signals to it are kept until its wait condition looks.
 */
export function openHandle(ctx: ResourceContext): string {
  const token = ctx.ids.secret(43);
  const host = handleHost(ctx.region);
  const resource = encodeURIComponent(`${ctx.stackId}/${ctx.logicalId}`);
  const url = `https://${host}/${resource}?Signature=${token}`;
  const key = handleKey(url);
  const mailbox = ctx.engine(signals);
  mailbox.open(key);
  ctx.engine(responseDesk).open(token, (body) => {
    const signal = parse(body);
    if (signal) mailbox.send(key, signal);
  });
  ctx.engine(hosts).set(host, bucket(ctx));
  return url;
}

export function closeHandle(kernel: Pick<Kernel, 'engine'>, url: string): void {
  kernel.engine(responseDesk).close(tokenOf(url));
}

export function handleKey(url: string): string {
  return `handle ${url}`;
}

const handleHost = (region: string): string => `cloudformation-waitcondition-${region}.s3.amazonaws.com`;

const bucket =
  (kernel: Kernel): DataPlane =>
  (request) =>
    kernel.engine(responseDesk).answer(tokenOf(request.url), request);

const tokenOf = (url: string): string => /[?&]Signature=([^&]+)/.exec(url)?.[1] ?? '';

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
