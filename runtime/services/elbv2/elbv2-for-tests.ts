import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

/** A cloud with load balancers whose targets are real servers on this machine's loopback. */
export async function startBalanced(services: string[] = []) {
  const orrery = await startOrrery({ services: ['elbv2', 'iam', ...services] });
  const elb = orrery.client(ElasticLoadBalancingV2Client);
  const servers: (() => Promise<void>)[] = [];
  return {
    orrery,
    elb,
    /** The port it listens on, at 127.0.0.1. */
    async serve(listener: RequestListener): Promise<{ port: number; server: Server; close(): Promise<void> }> {
      const server = createServer(listener);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
      const close = () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
      servers.push(close);
      return { port: (server.address() as AddressInfo).port, server, close };
    },
    async loadBalancer(Name = 'web') {
      const { LoadBalancers } = await elb.send(
        new CreateLoadBalancerCommand({ Name, Subnets: ['subnet-1', 'subnet-2'] }),
      );
      const { LoadBalancerArn = '', DNSName = '' } = LoadBalancers?.[0] ?? {};
      return { arn: LoadBalancerArn, host: DNSName };
    },
    async targetGroup(Name: string, { ports = [], attributes = {}, ...settings }: GroupOptions = {}): Promise<string> {
      const { TargetGroups } = await elb.send(
        new CreateTargetGroupCommand({
          Name,
          TargetType: 'ip',
          Protocol: 'HTTP',
          Port: 80,
          VpcId: 'vpc-1',
          ...settings,
        }),
      );
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
      const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
      if (Attributes.length > 0) await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
      if (ports.length > 0)
        await elb.send(
          new RegisterTargetsCommand({ TargetGroupArn, Targets: ports.map((Port) => ({ Id: '127.0.0.1', Port })) }),
        );
      return TargetGroupArn;
    },
    async listener(LoadBalancerArn: string, action: Action, Port = 80): Promise<string> {
      const { Listeners } = await elb.send(
        new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions: [action] }),
      );
      await orrery.clock.wind(0);
      return Listeners?.[0]?.ListenerArn ?? '';
    },
    async health(TargetGroupArn: string) {
      const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth);
    },
    ask: (host: string, path: string, options: AskOptions = {}) => ask(orrery, host, path, options),
    async stop() {
      await orrery.stop();
      for (const close of servers) await close();
    },
  };
}

type GroupOptions = Partial<CreateTargetGroupCommandInput> & { ports?: number[]; attributes?: Record<string, string> };

export const forwardTo = (TargetGroupArn: string): Action => ({ Type: 'forward', TargetGroupArn });

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** As a browser asks, at the port of users' traffic. */
export function ask(orrery: Orrery, host: string, path: string, options: AskOptions = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(`${orrery.httpUrl}${path}`, { method, headers: { host, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
