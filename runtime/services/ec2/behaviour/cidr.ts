import { isIPv4 } from 'node:net';
import { rangeOf, toAddress } from '../../../engines/network/addresses.ts';
import { invalidParameterValue, invalidValue } from '../errors.ts';

/** A block in its canonical form: AWS turns 100.68.0.18/18 into 100.68.0.0/18 ("CreateVpc", Amazon EC2 API Reference). */
export function canonical(cidr: string, parameter = 'cidrBlock'): string {
  const [base = '', length, ...rest] = cidr.split('/');
  const prefix = Number(length);
  if (rest.length > 0 || !isIPv4(base) || !/^\d{1,2}$/.test(length ?? '') || prefix > 32)
    throw invalidValue(parameter, cidr, 'This is not a valid CIDR block.');
  return `${toAddress(rangeOf(cidr).first)}/${prefix}`;
}

export function prefixOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}

export function contains(outer: string, inner: string): boolean {
  const [a, b] = [rangeOf(outer), rangeOf(inner)];
  return a.first <= b.first && b.last <= a.last;
}

export function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

/** The first four addresses of a subnet and its last are AWS's ("Subnet CIDR blocks", Amazon VPC User Guide). */
export function usableRange(cidr: string): { first: number; last: number } {
  const { first, last } = rangeOf(cidr);
  return { first: first + 4, last: last - 1 };
}

/** Of a security group's or network ACL's rule; a host's bits are cut off as AWS does. */
export function ruleCidr(cidr: string): string {
  const [base = '', length = ''] = cidr.split('/');
  if (!isIPv4(base) || !/^\d{1,2}$/.test(length) || Number(length) > 32)
    throw invalidParameterValue(`CIDR block ${cidr} is malformed`);
  return `${toAddress(rangeOf(cidr).first)}/${Number(length)}`;
}
