import type { Hosts } from '../http/hosts.ts';

/** What a name of AWS's own leads to, where a service has more to say than "this machine". */
export interface AwsName {
  addresses: readonly string[];
  /** What EvaluateTargetHealth of an alias to it comes to. */
  healthy: boolean;
}

const dataPlaneAddress = '127.0.0.1';

/** Every name under these is this machine: endpoints of the API, buckets, and the load balancers and APIs behind them. */
const awsDomains = ['amazonaws.com.', 'api.aws.', 'on.aws.', 'awsapps.com.'];

/** Names of these exist only while something is deployed under them. */
const deployedNames = [
  /(^|\.)cloudfront\.net\.$/,
  /\.elb\.amazonaws\.com\.$/,
  /\.elb\.[a-z0-9-]+\.amazonaws\.com\.$/,
  /\.execute-api\.[a-z0-9-]+\.amazonaws\.com\.$/,
  /\.on\.aws\.$/,
];

/** AWS's own names, answered with the address of this machine's data planes. */
export class AwsNames {
  readonly #hosts: Hosts;
  readonly #told = new Map<string, AwsName>();
  onChange: () => void = () => undefined;

  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  /** A load balancer or database says where it is and whether it is well. Lower case, with or without the final dot. */
  set(name: string, entry: AwsName): void {
    this.#told.set(name.endsWith('.') ? name : `${name}.`, entry);
    this.onChange();
  }

  remove(name: string): void {
    this.#told.delete(name.endsWith('.') ? name : `${name}.`);
    this.onChange();
  }

  /** Undefined: not a name of AWS's. Without addresses: nothing is deployed under it. */
  find(name: string): AwsName | undefined {
    const told = this.#told.get(name) ?? this.#told.get(name.replace(/^(dualstack|internal)\./, ''));
    if (told) return told;
    const known = name.endsWith('cloudfront.net.') || awsDomains.some((domain) => name.endsWith(domain));
    if (!known) return undefined;
    const needed = deployedNames.some((pattern) => pattern.test(name));
    const there = !needed || this.#hosts.find(name.slice(0, -1).replace(/^dualstack\./, '')) !== undefined;
    return { addresses: there ? [dataPlaneAddress] : [], healthy: there };
  }
}
