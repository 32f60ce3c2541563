import { parseArn } from '../../../kernel/arn.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { traceIdOf } from '../../../kernel/usage.ts';
import type { FunctionVersion } from '../state.ts';
import { billed, type InvocationReport } from './environment-log.ts';
import type { Invocation } from './invocation.ts';

const includedStorageMb = 512;

/** "AWS Lambda pricing": a request, and the memory it was given for as long as its REPORT line says it is billed. */
export function meterInvocation(
  kernel: Kernel,
  version: FunctionVersion,
  invocation: Invocation,
  report: InvocationReport,
): void {
  const arn = parseArn(invocation.invokedFunctionArn);
  if (!arn) return;
  const traceId = traceIdOf(invocation.traceHeader);
  const about = {
    service: 'lambda',
    // Without the version or alias that was named: a bill is by function.
    resource: invocation.invokedFunctionArn.split(':').slice(0, 7).join(':'),
    region: arn.region,
    account: arn.account,
    traces: traceId === undefined ? [] : [traceId],
  };
  const suffix = version.Architectures?.includes('arm64') ? '-ARM' : '';
  const seconds = billed(report) / 1000;
  const gigabytes = version.MemorySize / 1024;
  kernel.events.emit('usage', { ...about, usageType: `Request${suffix}`, amount: 1 });
  kernel.events.emit('usage', { ...about, usageType: `Lambda-GB-Second${suffix}`, amount: gigabytes * seconds });
  const storageMb = (version.EphemeralStorage?.Size ?? includedStorageMb) - includedStorageMb;
  if (storageMb > 0)
    kernel.events.emit('usage', {
      ...about,
      usageType: 'Lambda-Storage-GB-Second',
      amount: (storageMb / 1024) * seconds,
    });
}
