import type { addressParser } from 'postal-mime';
import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import { badRequest } from './errors.ts';

const postalMime = packageOnDemand<{ addressParser: typeof addressParser }>('postal-mime');

/** An address without its display name, the domain in lower case: the part before the @ is as the sender writes it. */
export function bareAddress(text: string): string {
  const [first, ...more] = flat(text);
  const at = first?.lastIndexOf('@') ?? -1;
  const valid = first !== undefined && more.length === 0 && /^[^\s@"(),:;<>[\]\\]+@[^\s@]+\.[^\s@.]+$/.test(first);
  // Text outside ASCII before the @ is not supported ("SendEmail", FromEmailAddress): Punycode is for domains.
  const ascii = first !== undefined && !/[^\x20-\x7e]/.test(first);
  // A line break in a display name would end its header.
  if (!valid || !ascii || /\p{Cc}/u.test(text)) throw badRequest(`Illegal address: ${text}`);
  return first.slice(0, at + 1) + first.slice(at + 1).toLowerCase();
}

/** Every address of a header or a list, groups opened. */
export function flat(text: string): string[] {
  return postalMime()
    .addressParser(text, { flatten: true })
    .flatMap(({ address }) => (address ? [address] : []));
}

export function displayName(text: string): string {
  return postalMime().addressParser(text, { flatten: true })[0]?.name ?? '';
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
