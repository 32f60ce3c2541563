import { lookupTable } from '../../kernel/lookup-table.ts';
import { domainOf } from './addresses.ts';

/** What becomes of a mail at one recipient. */
export type Fate =
  | 'delivered'
  | 'away'
  | 'bounced'
  | 'complained'
  | 'suppressed'
  | 'global-suppressed'
  | 'no-such-domain';

/** "Using the mailbox simulator": user+label@ works too. Its bounces go onto no list. */
const simulator: Record<string, Fate> = lookupTable({
  success: 'delivered',
  ooto: 'away',
  bounce: 'bounced',
  complaint: 'complained',
  suppressionlist: 'global-suppressed',
});

export const simulatorDomain = 'simulator.amazonses.com';

export function isSimulator(address: string): boolean {
  return domainOf(address) === simulatorDomain;
}

/**
 * Every mailbox is on this machine and takes everything, but for the simulator's, and for domains that can never be:
 * `.invalid` (RFC 2606) bounces as a name that does not resolve.
 */
export function fateAt(address: string): Fate {
  if (isSimulator(address))
    return simulator[address.slice(0, address.lastIndexOf('@')).split('+')[0]?.toLowerCase() ?? ''] ?? 'bounced';
  return domainOf(address).endsWith('.invalid') ? 'no-such-domain' : 'delivered';
}
