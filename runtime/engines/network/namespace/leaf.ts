import { type ChildProcess, execFile, spawn } from 'node:child_process';

/** Every interface sees its router at this address ("veth /32": no subnet is a broadcast domain, as in a VPC). */
const gatewayAddress = '169.254.0.1';
/** And what is behind an interface sees that at this one. */
const innerGatewayAddress = '169.254.0.2';

/** The namespace of one interface: it stays while a process is in it, and this one stays while the runtime does. */
export class Leaf {
  readonly device: string;
  readonly started: Promise<void>;
  readonly #child: ChildProcess;

  constructor(device: string) {
    this.device = device;
    this.#child = spawn('unshare', ['--net', 'sh', '-c', 'echo; exec cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    this.#child.stdin?.on('error', () => undefined);
    this.started = new Promise((resolve, reject) => {
      this.#child.stdout?.once('data', () => resolve());
      this.#child.once('error', reject);
      this.#child.once('exit', () => reject(new Error('a network namespace could not be made')));
    });
  }

  /** Makes the command that runs a program there. */
  enclose = (command: string[]): string[] => ['nsenter', `--net=${this.path}`, '--', ...command];

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get path(): string {
    return `/proc/${this.pid}/ns/net`;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The router's end of the pair. */
export function routerSide({ device, pid }: Leaf, address: string): string {
  return `link add ${device} type veth peer name eth0 netns ${pid}
addr add ${gatewayAddress}/32 dev ${device}
link set ${device} up
route add ${address}/32 dev ${device}
`;
}

/** The interface's end. */
export function leafSide(address: string): string {
  return `link set lo up
addr add ${address}/32 dev eth0
link set eth0 up
route add ${gatewayAddress}/32 dev eth0
route add default via ${gatewayAddress} dev eth0
`;
}

/** An interface's end of the pair that leads to one behind it. */
export function innerSide({ device, pid }: Leaf, address: string): string {
  return `link add ${device} type veth peer name eth0 netns ${pid}
addr add ${innerGatewayAddress}/32 dev ${device}
link set ${device} up
route add ${address}/32 dev ${device}
`;
}

export function roomSide(address: string): string {
  return leafSide(address).replaceAll(gatewayAddress, innerGatewayAddress);
}

/** What comes from behind an interface leaves with its address, and answers find their way back. */
export const shareAddress = `echo 1 > /proc/sys/net/ipv4/ip_forward
exec nft -f - <<'RULES'
table ip shared {
  chain postrouting { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }
}
RULES`;

export function run([program = '', ...args]: string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.slice(1).join(' ')}: ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
