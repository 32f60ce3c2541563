import { defineEngine } from '../../kernel/engine.ts';
import type { DataPlane } from './exchange.ts';

/** Which data plane answers for a host name; `*.example.com` stands for one label or more. */
export interface Hosts {
  /** Names as AWS gives them, lower case: d111111abcdef8.cloudfront.net. Replaces an earlier entry. */
  set(host: string, plane: DataPlane): void;
  remove(host: string): void;
  /**
   * `host` may carry a port and the suffix `.localhost`. A site's own name leads where Route 53 says; otherwise the exact
   * name wins, then the longest wildcard.
   */
  find(host: string): DataPlane | undefined;
  /** The name of AWS's that Route 53 gives for a site's own name. */
  leadOf(host: string): string | undefined;
  /** Route 53's answer to a name: the name of AWS's that it is an alias of. Set once, by the DNS data plane. */
  leadBy(lead: (name: string) => string | undefined): void;
  /** Asked last: what answers for a name whose DNS is elsewhere. Set once, by SES. */
  fallBack(find: (name: string) => DataPlane | undefined): void;
  names(): string[];
  /** Moves with every change. */
  version(): number;
}

export const hosts = defineEngine<Hosts>('hosts', () => {
  const planes = new Map<string, DataPlane>();
  let version = 0;
  let lead: (name: string) => string | undefined = () => undefined;
  let elsewhere: (name: string) => DataPlane | undefined = () => undefined;
  const own = (name: string): DataPlane | undefined => {
    const exact = planes.get(name);
    if (exact) return exact;
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      const plane = planes.get(`*${name.slice(dot)}`);
      if (plane) return plane;
    }
    return undefined;
  };
  return {
    set(host, plane) {
      planes.set(host.toLowerCase(), plane);
      version += 1;
    },
    remove(host) {
      planes.delete(host.toLowerCase());
      version += 1;
    },
    names: () => [...planes.keys()],
    version: () => version,
    leadBy(given) {
      lead = given;
    },
    fallBack(given) {
      elsewhere = given;
    },
    leadOf: (host) => lead(awsName(host)),
    find(host) {
      const name = awsName(host);
      const target = lead(name);
      return target === undefined ? (own(name) ?? elsewhere(name)) : servedAt(target, name, own);
    },
  };
});

/**
 * What a request reaches that came to `target` for the host `name`. CloudFront and API Gateway serve by the host they are
 * asked for, S3's website endpoint by the bucket of that name; a load balancer takes any.
 */
function servedAt(target: string, name: string, own: (name: string) => DataPlane | undefined): DataPlane | undefined {
  if (target.endsWith('.cloudfront.net') || /\.execute-api\./.test(target)) return own(name);
  if (/^s3-website[.-]/.test(target)) return own(`${name}.${target}`);
  return own(target.replace(/^dualstack\./, '')) ?? own(name);
}

/** www.example.com.localhost:8080 is www.example.com here: browsers resolve every name under .localhost to loopback. */
export function awsName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/\.localhost$/, '');
}
