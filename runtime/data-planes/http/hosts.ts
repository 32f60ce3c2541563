import { defineEngine } from '../../kernel/engine.ts';
import type { DataPlane } from './exchange.ts';

/** Which data plane answers for a host name; `*.example.com` stands for one label or more. */
export interface Hosts {
  /** Names as AWS gives them, lower case: d111111abcdef8.cloudfront.net. Replaces an earlier entry. */
  set(host: string, plane: DataPlane): void;
  remove(host: string): void;
  /** `host` may carry a port and the suffix `.localhost`. The longest wildcard wins after the exact name. */
  find(host: string): DataPlane | undefined;
  names(): string[];
}

export const hosts = defineEngine<Hosts>('hosts', () => {
  const planes = new Map<string, DataPlane>();
  return {
    set: (host, plane) => void planes.set(host.toLowerCase(), plane),
    remove: (host) => void planes.delete(host.toLowerCase()),
    names: () => [...planes.keys()],
    find(host) {
      const name = awsName(host);
      const exact = planes.get(name);
      if (exact) return exact;
      for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
        const plane = planes.get(`*${name.slice(dot)}`);
        if (plane) return plane;
      }
      return undefined;
    },
  };
});

/** www.example.com.localhost:8080 is www.example.com here: browsers resolve every name under .localhost to loopback. */
export function awsName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/\.localhost$/, '');
}
