import { BlockList, isIPv4 } from 'node:net';

/** Whether an IPv4 address lies within a CIDR block. */
export function within(address: string, cidr: string): boolean {
  const { first, last } = rangeOf(cidr);
  const value = toNumber(address);
  return value >= first && value <= last;
}

/** First and last address of a CIDR block, as numbers. */
export function rangeOf(cidr: string): { first: number; last: number; prefix: number } {
  const [base = '', length = '32'] = cidr.split('/');
  const prefix = Number(length);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(toNumber(base) / size) * size;
  return { first, last: first + size - 1, prefix };
}

export function toNumber(address: string): number {
  if (!isIPv4(address)) throw new Error(`${address} is not an IPv4 address`);
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** A VPC's resolver has the second address of its first range, besides 169.254.169.253 ("Amazon DNS server", Amazon VPC User Guide). */
export function resolverOf(cidr: string): string {
  return toAddress(rangeOf(cidr).first + 2);
}

/** Many blocks at once. */
export function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [base = '', length = '32'] = cidr.split('/');
    list.addSubnet(base, Number(length), 'ipv4');
  }
  return list;
}
