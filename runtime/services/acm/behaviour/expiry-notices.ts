import type { Timer } from '../../../kernel/clock/clock.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type CertificateRecord, certificatesOf } from '../state.ts';
import { endOf } from './life.ts';

const dayMs = 24 * 60 * 60_000;
/** "ACM Certificate Approaching Expiration event": daily from so many days before the end, unless the account says otherwise. */
const noticeDays = 45;

/** Twice a day the metric, and once a day the event of those that end soon. */
export function tellOfExpiry(kernel: Kernel): Timer {
  let turn = 0;
  return kernel.clock.every(dayMs / 2, "days to certificates' expiry", async () => {
    const timeMs = kernel.clock.now();
    turn += 1;
    for (const scope of kernel.store.scopes('acm.certificates'))
      for (const record of certificatesOf(kernel, scope).values()) {
        if (record.Status !== 'ISSUED') continue;
        const days = Math.floor((endOf(record) - timeMs) / dayMs);
        publish(kernel, record, { days, timeMs });
        if (days <= noticeDays && turn % 2 === 0) await notice(kernel, record, days);
      }
  });
}

/** "Supported CloudWatch metrics", ACM User Guide. */
function publish(
  kernel: Kernel,
  { CertificateArn, region, account }: CertificateRecord,
  { days, timeMs }: { days: number; timeMs: number },
): void {
  kernel.events.emit('metric', {
    namespace: 'AWS/CertificateManager',
    name: 'DaysToExpiry',
    dimensions: { CertificateArn },
    value: days,
    unit: 'Count',
    timeMs,
    region,
    account,
  });
}

async function notice(kernel: Kernel, record: CertificateRecord, days: number): Promise<void> {
  if (!kernel.engine(registry).services.has('events')) return;
  const { CertificateArn, DomainName, region, account } = record;
  const principal = servicePrincipal('acm.amazonaws.com', account, { sourceArn: CertificateArn, serviceLinked: true });
  const ctx = kernel.context({ principal, region });
  const entry = {
    Source: 'aws.acm',
    DetailType: 'ACM Certificate Approaching Expiration',
    Detail: JSON.stringify({ DaysToExpiry: days, CommonName: DomainName }),
    Resources: [CertificateArn],
    Time: new Date(kernel.clock.now()),
  };
  try {
    await ctx.call('events', 'PutEvents', { Entries: [entry] });
    ctx.trace.end();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    ctx.trace.end({ status: error.status, error: error.message });
  }
}
