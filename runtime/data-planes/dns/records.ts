/** What the DNS data plane serves by. services/route53 compiles hosted zones into this and pushes them in. */
export interface DnsZone {
  /** Z0123456789ABC, without `/hostedzone/`. */
  id: string;
  /** Lower case with its final dot: example.com. */
  name: string;
  account: string;
  /** VPC ids a private zone is answered to; undefined for a public zone. */
  vpcs: readonly string[] | undefined;
  /** Log group of query logging. */
  queryLogGroupArn: string | undefined;
}

export interface DnsRecordSet {
  type: string;
  ttl: number;
  /** Presentation format, as Route 53 keeps them: `10 mail.example.com.`, `"v=spf1 -all"`. */
  values: readonly string[];
  alias: DnsAlias | undefined;
  setIdentifier: string | undefined;
  healthCheckId: string | undefined;
  routing: Routing | undefined;
}

export interface DnsAlias {
  /** Lower case with its final dot. */
  name: string;
  /** Of the target; the zone's own id for another record of it. */
  zoneId: string;
  evaluateTargetHealth: boolean;
}

/** "Choosing a routing policy", Amazon Route 53 Developer Guide. Undefined stands for simple routing. */
export type Routing =
  | { kind: 'weighted'; weight: number }
  | { kind: 'latency'; region: string }
  | { kind: 'failover'; role: 'PRIMARY' | 'SECONDARY' }
  | { kind: 'geolocation'; continent?: string; country?: string; subdivision?: string }
  | { kind: 'multivalue' };

/** Lower case, with the final dot that makes it absolute. */
export function absoluteName(name: string): string {
  const lower = name.toLowerCase().replace(/^\\052/, '*');
  return lower.endsWith('.') ? lower : `${lower}.`;
}
