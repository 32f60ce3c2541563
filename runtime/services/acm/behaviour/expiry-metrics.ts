import type { Timer } from '../../../kernel/clock/clock.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { certificatesOf } from '../state.ts';
import { endOf } from './life.ts';

const dayMs = 24 * 60 * 60_000;

/** "Supported CloudWatch metrics", ACM User Guide: twice a day, the days that a certificate is still good for. */
export function publishDaysToExpiry(kernel: Kernel): Timer {
  return kernel.clock.every(dayMs / 2, "days to certificates' expiry", () => {
    const timeMs = kernel.clock.now();
    for (const scope of kernel.store.scopes('acm.certificates'))
      for (const record of certificatesOf(kernel, scope).values())
        if (record.Status === 'ISSUED')
          kernel.events.emit('metric', {
            namespace: 'AWS/CertificateManager',
            name: 'DaysToExpiry',
            dimensions: { CertificateArn: record.CertificateArn },
            value: Math.floor((endOf(record) - timeMs) / dayMs),
            unit: 'Count',
            timeMs,
            region: record.region,
            account: record.account,
          });
  });
}
