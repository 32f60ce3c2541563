import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { dns } from '../../../data-planes/dns/dns.ts';
import type { Context } from '../../../kernel/service.ts';
import { bareId, type HostedZone, hostedZones } from '../state.ts';

/** Zones of AWS's own names ("Values specific for simple alias records"; service endpoints, us-east-1). */
const zonesOfAws: readonly [id: string, names: RegExp][] = [
  ['Z2FDTNDATAQYW2', /\.cloudfront\.net\.$/],
  ['Z35SXDOTRQ7X7K', /\.us-east-1\.elb\.amazonaws\.com\.$/],
  ['Z26RNL4JYFTOTI', /\.elb\.us-east-1\.amazonaws\.com\.$/],
  ['Z3AQBSTGFYJSTF', /^s3-website[.-]us-east-1\.amazonaws\.com\.$/],
  ['Z1UJRXOUMOOFQ8', /\.execute-api\.us-east-1\.amazonaws\.com\.$/],
];

/** What is wrong with an alias' target; `exists` tells whether a record set of the same zone does. */
export function aliasProblems(
  ctx: Context,
  zone: HostedZone,
  set: ResourceRecordSet,
  exists: (name: string, type: string) => boolean,
): string[] {
  const name = set.AliasTarget?.DNSName ?? '';
  const id = bareId(set.AliasTarget?.HostedZoneId);
  const tried = `Tried to create an alias that targets ${name}, type ${set.Type} in zone ${id}, but`;
  const outside = `${tried} the alias target name does not lie within the target zone`;
  const missing = `${tried} that target was not found`;
  const own = id === zone.Id ? zone : hostedZones(ctx, ctx).get(id);
  if (own) {
    if (own.Id !== zone.Id) return [outside, missing];
    if (name !== own.Name && !name.endsWith(`.${own.Name}`)) return [outside, missing];
    return exists(name, String(set.Type)) ? [] : [missing];
  }
  const expected = zonesOfAws.find(([, names]) => names.test(name));
  const listed = zonesOfAws.find(([listedId]) => listedId === id);
  if ((expected && expected[0] !== id) || (listed && !listed[1].test(name))) return [outside, missing];
  // Names of other regions and services: the zones' ids are not listed here.
  return ctx.engine(dns).awsNames.find(name) ? [] : [outside, missing];
}
