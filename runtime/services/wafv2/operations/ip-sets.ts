import { isIP } from 'node:net';
import type {
  CreateIPSetCommandInput,
  DeleteIPSetCommandInput,
  GetIPSetCommandInput,
  ListIPSetsCommandInput,
  UpdateIPSetCommandInput,
} from '@aws-sdk/client-wafv2';
import type { Context } from '../../../kernel/service.ts';
import { redeployAll } from '../behaviour/deployment.ts';
import { findEntity, findToChange, newEntity, pageOf, summaryOf } from '../behaviour/entities.ts';
import { checkUnused } from '../behaviour/references.ts';
import { invalidParameter, limitsExceeded } from '../errors.ts';
import { ipSets } from '../state.ts';

/** "AWS WAF quotas". */
const mostAddresses = 10_000;

export function CreateIPSet(ctx: Context, input: CreateIPSetCommandInput) {
  const { IPAddressVersion, Addresses, Description } = input;
  checkAddresses(Addresses, IPAddressVersion);
  const record = newEntity(ctx, 'ipset', ipSets(ctx, ctx), {
    ...input,
    Config: { IPAddressVersion, Addresses, Description },
  });
  ipSets(ctx, ctx).put(record.Id, record);
  return { Summary: summaryOf(record) };
}

export function GetIPSet(ctx: Context, input: GetIPSetCommandInput) {
  const { Name, Id, ARN, LockToken, Config } = findEntity(ctx, ipSets(ctx, ctx), input);
  return { IPSet: { Name, Id, ARN, ...Config, Description: Config.Description ?? '' }, LockToken };
}

export function UpdateIPSet(ctx: Context, input: UpdateIPSetCommandInput) {
  const record = findToChange(ctx, ipSets(ctx, ctx), input);
  const { Addresses, Description } = input;
  checkAddresses(Addresses, record.Config.IPAddressVersion);
  const LockToken = ctx.ids.uuid();
  ipSets(ctx, ctx).put(record.Id, { ...record, LockToken, Config: { ...record.Config, Addresses, Description } });
  redeployAll(ctx);
  return { NextLockToken: LockToken };
}

export function DeleteIPSet(ctx: Context, input: DeleteIPSetCommandInput) {
  const record = findToChange(ctx, ipSets(ctx, ctx), input);
  checkUnused(ctx, record.ARN);
  ipSets(ctx, ctx).delete(record.Id);
  return {};
}

export function ListIPSets(ctx: Context, input: ListIPSetsCommandInput) {
  const { page, ...rest } = pageOf(ctx, ipSets(ctx, ctx), input);
  return { ...rest, IPSets: page.map(summaryOf) };
}

/** "WAF supports all IPv4 and IPv6 CIDR ranges except for /0." */
function checkAddresses(addresses: readonly string[] | undefined, version: string | undefined): void {
  if (version !== 'IPV4' && version !== 'IPV6')
    throw invalidParameter('IP_ADDRESS_VERSION', String(version), 'The IP address version is not valid.');
  const [family, longest] = version === 'IPV6' ? [6, 128] : [4, 32];
  if ((addresses ?? []).length > mostAddresses) throw limitsExceeded();
  for (const range of addresses ?? []) {
    const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(range) ?? [];
    if (isIP(address) !== family || !(Number(bits) >= 1 && Number(bits) <= longest))
      throw invalidParameter('IP_ADDRESS', range, 'Your request contains a value that is not a valid CIDR range.');
  }
}
