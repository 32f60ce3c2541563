import { BlockList, isIP } from 'node:net';
import type { InspectedRequest } from './inspected-request.ts';
import type { ForwardedAddress } from './table.ts';

/** Whether an address is in one of the ranges; BlockList is node:net's own matcher of CIDR ranges. */
export function addressMatcher(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/**
 * The addresses to look at: the client's own, or those of a header. "Using forwarded IP addresses": without the header the
 * statement does not apply (`absent`), with an address that is none the fallback decides (`invalid`).
 */
export function addressesOf(
  request: InspectedRequest,
  forwarded: ForwardedAddress | undefined,
): readonly string[] | 'absent' | 'invalid' {
  if (!forwarded) return [request.ip];
  const header = request.raw.headers[forwarded.headerName];
  if (header === undefined) return 'absent';
  // "AWS WAF inspects up to the first 10 IP addresses that it finds in the header" with position ANY.
  const all = header
    .split(',')
    .slice(0, 1000)
    .map((part) => part.trim().replace(/^\[|\]$/g, ''));
  const chosen =
    forwarded.position === 'ANY' ? all.slice(0, 10) : [(forwarded.position === 'FIRST' ? all[0] : all.at(-1)) ?? ''];
  const valid = chosen.filter((address) => isIP(address) !== 0);
  return valid.length === 0 ? 'invalid' : valid;
}
