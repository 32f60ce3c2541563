import { connect } from 'node:net';
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { dns } from '../../../data-planes/dns/dns.ts';
import { readBody } from '../../../data-planes/http/exchange.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import { startTrace } from '../../../kernel/events/hop.ts';
import type { Kernel } from '../../../kernel/service.ts';

export interface ProbeResult {
  healthy: boolean;
  /** As GetHealthCheckStatus says it: Success or Failure and why. */
  status: string;
}

/** "How Route 53 determines the status of health checks that monitor an endpoint". */
const limitsMs = { http: 6000, tcp: 10_000 };
const searchedBytes = 5120;
const userAgent =
  'Amazon-Route53-Health-Check-Service (ref 00000000-0000-0000-0000-000000000000; report http://amzn.to/1vsZADi)';

/** Asks the endpoint once: a name of this cloud in process, an address or name of this machine over a socket. */
export async function probe(kernel: Kernel, config: HealthCheckConfig): Promise<ProbeResult> {
  const abort = new AbortController();
  const limitMs = config.Type === 'TCP' ? limitsMs.tcp : limitsMs.http;
  const timer = kernel.clock.after(
    limitMs,
    'a health check waits',
    () => abort.abort(new Error('The health checker could not get a response in time.')),
    { basis: 'elapsed' },
  );
  try {
    return await ask(kernel, config, abort.signal);
  } catch (error) {
    const why = abort.signal.aborted ? (abort.signal.reason as Error).message : (error as Error).message;
    return { healthy: false, status: `Failure: ${why}` };
  } finally {
    timer.cancel();
  }
}

async function ask(kernel: Kernel, config: HealthCheckConfig, signal: AbortSignal): Promise<ProbeResult> {
  const { FullyQualifiedDomainName: name, IPAddress } = config;
  const secure = config.Type === 'HTTPS' || config.Type === 'HTTPS_STR_MATCH';
  const port = config.Port ?? (secure ? 443 : 80);
  const plane = IPAddress === undefined && name !== undefined ? kernel.engine(hosts).find(name) : undefined;
  if (plane) return config.Type === 'TCP' ? success('TCP connection established') : askPlane(kernel, config, signal);
  const address = IPAddress ?? addressOf(kernel, name ?? '');
  if (!address) throw new Error(`DNS resolution of ${name} failed.`);
  if (!/^(127\.|::1$)/.test(address))
    throw new Error(`${address} is not an address of this machine; health checks go nowhere else.`);
  if (config.Type === 'TCP') return connected(address, port, signal);
  const { request } = await import('undici');
  const answer = await request(`${secure ? 'https' : 'http'}://${address}:${port}${config.ResourcePath ?? '/'}`, {
    headers: { host: name ?? address, 'user-agent': userAgent, connection: 'close' },
    signal,
    reset: true,
  });
  const body = Buffer.from(await answer.body.arrayBuffer());
  return judged(config, answer.statusCode, body);
}

function addressOf(kernel: Kernel, name: string): string | undefined {
  if (name === 'localhost' || name.endsWith('.localhost')) return '127.0.0.1';
  const { answers } = kernel.engine(dns).resolve(`${name.toLowerCase().replace(/\.$/, '')}.`, 'A');
  const found = answers.find((answer) => answer.type === 'A');
  return found?.type === 'A' ? found.data : undefined;
}

async function askPlane(kernel: Kernel, config: HealthCheckConfig, signal: AbortSignal): Promise<ProbeResult> {
  const host = (config.FullyQualifiedDomainName ?? '').toLowerCase();
  const plane = kernel.engine(hosts).find(host);
  if (!plane) throw new Error('Connection refused');
  const url = config.ResourcePath ?? '/';
  const hop = startTrace(kernel, 'route53', `health check GET ${url}`, { resource: host });
  const secure = config.Type === 'HTTPS' || config.Type === 'HTTPS_STR_MATCH';
  const response = await plane(
    {
      method: 'GET',
      url,
      host,
      headers: { host, 'user-agent': userAgent },
      body: undefined,
      client: { ip: '15.177.0.1', port: 443, secure, httpVersion: '1.1' },
      serverPort: config.Port ?? (secure ? 443 : 80),
      signal,
    },
    hop,
  );
  const body =
    typeof response.body === 'string' ? Buffer.from(response.body) : await readBody(response.body, mostBytes);
  hop.end({ status: response.status });
  return judged(config, response.status, body);
}

const mostBytes = 16 * 1024 * 1024;

function judged(config: HealthCheckConfig, status: number, body: Buffer): ProbeResult {
  const code = `HTTP Status Code ${status}`;
  if (status < 200 || status > 399) return { healthy: false, status: `Failure: ${code}` };
  if (config.SearchString === undefined || !config.Type?.endsWith('STR_MATCH')) return success(`${code}, OK`);
  return body.subarray(0, searchedBytes).includes(config.SearchString)
    ? success(`${code}, OK`)
    : {
        healthy: false,
        status: `Failure: ${code}. The search string was not found in the first ${searchedBytes} bytes.`,
      };
}

function success(what: string): ProbeResult {
  return { healthy: true, status: `Success: ${what}` };
}

function connected(host: string, port: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(success('TCP connection established'));
    });
    socket.once('error', reject);
  });
}
