import type { Hosts } from '../http/hosts.ts';

/** What a name of AWS's own leads to, where a service has more to say than "this machine". */
export interface AwsName {
  addresses: readonly string[];
  /** Each answer has one of the addresses, by chance, and not all of them. */
  oneOfThem?: boolean;
  ttlSeconds?: number;
  /** host:port where it answers on this machine; empty where nothing outside its VPC reaches it. */
  local?: string;
  /** What EvaluateTargetHealth of an alias to it comes to. */
  healthy: boolean;
  /** Where it is to those within its VPC: a database's name and an internal load balancer's lead to private addresses. */
  vpc?: { id: string; addresses: readonly string[] } | undefined;
}

/** What the resolver of a VPC answers beyond hosted zones ("Understanding Amazon DNS", Amazon VPC User Guide). */
export interface VpcNames {
  /** Lower case with the final dot, `*.` in front for everything below: host names of interfaces, names of endpoints. */
  names: ReadonlyMap<string, readonly string[]>;
  /** Where everything else of AWS's and of this machine answers to those in the VPC: an address outside it. */
  elsewhere: string;
}

const dataPlaneAddress = '127.0.0.1';

/** Every name under these is this machine: endpoints of the API, buckets, load balancers and APIs, links that SES tracks. */
const awsDomains = ['amazonaws.com.', 'api.aws.', 'on.aws.', 'awsapps.com.', 'awstrack.me.'];

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
  readonly #vpcs = new Map<string, VpcNames>();
  onChange: () => void = () => undefined;

  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  /** A load balancer or database says where it is and whether it is well. Lower case, with or without the final dot. */
  set(name: string, entry: AwsName): void {
    const full = name.endsWith('.') ? name : `${name}.`;
    if (JSON.stringify(this.#told.get(full)) === JSON.stringify(entry)) return;
    this.#told.set(full, entry);
    this.onChange();
  }

  remove(name: string): void {
    this.#told.delete(name.endsWith('.') ? name : `${name}.`);
    this.onChange();
  }

  setVpc(vpcId: string, names: VpcNames | undefined): void {
    if (names) this.#vpcs.set(vpcId, names);
    else this.#vpcs.delete(vpcId);
    this.onChange();
  }

  /** Undefined: not a name of AWS's. Without addresses: nothing is deployed under it. */
  find(asked: string, vpcId?: string): AwsName | undefined {
    const vpc = vpcId === undefined ? undefined : this.#vpcs.get(vpcId);
    if (!vpc) return this.#public(asked);
    // In a VPC `.localhost` is not the asker's own machine but the one that AWS's names are on.
    const name = asked.replace(/\.localhost\.$/, '.');
    const own = named(vpc.names, name);
    if (own) return { addresses: own, healthy: true };
    const found = this.#public(name);
    if (!found) return undefined;
    if (found.vpc) return { ...found, addresses: found.vpc.addresses };
    const { addresses, healthy } = found;
    // This machine's loopback is not the sandbox's: what answers there is found at one address outside of its VPC.
    return { addresses: addresses.length > 0 ? [vpc.elsewhere] : [], healthy };
  }

  #public(name: string): AwsName | undefined {
    const told = this.#told.get(name) ?? this.#told.get(name.replace(/^(dualstack|internal)\./, ''));
    if (told) return told;
    const known = name.endsWith('cloudfront.net.') || awsDomains.some((domain) => name.endsWith(domain));
    if (!known) return undefined;
    const needed = deployedNames.some((pattern) => pattern.test(name));
    const there = !needed || this.#hosts.find(name.slice(0, -1).replace(/^dualstack\./, '')) !== undefined;
    return { addresses: there ? [dataPlaneAddress] : [], healthy: there };
  }
}

function named(names: VpcNames['names'], name: string): readonly string[] | undefined {
  const exact = names.get(name);
  if (exact) return exact;
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const below = names.get(`*${name.slice(dot)}`);
    if (below) return below;
  }
  return undefined;
}
