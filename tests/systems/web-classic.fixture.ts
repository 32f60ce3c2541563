// What the tests of web-classic share: the system started a little before the end of a month, guests, orders and mail.
import { Resolver } from 'node:dns/promises';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { PutAccountDetailsCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { mailbox } from '../../runtime/engines/mail/mailbox.ts';
import { namespacesLacking } from '../../runtime/engines/network/namespace/namespace-fabric.ts';
import { authorization } from '../../runtime/kernel/authorizer.ts';
import type { HopEvent } from '../../runtime/kernel/events/events.ts';
import { servicePrincipal } from '../../runtime/kernel/principal.ts';
import { notHere } from '../not-here.ts';
import { type Answer, eventually, type RequestOptions, type System, startSystem } from './system-fixture.ts';

/** Why it cannot run here; undefined where it can. Said once, so that a run without it does not look like one with. */
export const lacking = notHere('web-classic', namespacesLacking());
if (!lacking) process.stderr.write('web-classic runs at the network level namespace.\n');

const hourMs = 3_600_000;
export const customer = { name: 'Ada Fisher', email: 'ada@example.com', phone: '01728 555010' };

export interface Restaurant extends System {
  value(output: string): string;
  /** A guest's request to the site, as a browser makes it. */
  visit(path: string, options?: RequestOptions): Promise<Answer>;
  /** The same, with the services that the request went through in the runtime, in order. */
  followed(path: string, options?: RequestOptions): Promise<{ answer: Answer; services: string[] }>;
  /** Two plates of oysters, £29.00. */
  order(): Promise<Answer>;
  /** Ids of all accepted orders. */
  readonly placed: string[];
  /** Addresses that the DNS server gives for a name. */
  addresses(name: string): Promise<string[]>;
  mailTo(
    address: string,
    subject: RegExp,
  ): Promise<{ subject: string; html: string; text: string; attachments: string[] }>;
}

export async function startRestaurant(): Promise<Restaurant> {
  const system = await startSystem('web-classic', { startMs: shortlyBeforeMonthEnd(Date.now()) });
  // A new account is in SES's sandbox: 200 mails a day, fewer than the orders of these tests.
  const production = { MailType: 'TRANSACTIONAL', WebsiteURL: 'https://www.slackwater.example' } as const;
  await system.client(SESv2Client).send(new PutAccountDetailsCommand({ ...production, ProductionAccessEnabled: true }));
  const value = (output: string): string => {
    const found = system.outputs[output]?.value;
    if (!found) throw new Error(`the stack has no output ${output}`);
    return found;
  };
  const visit = (path: string, { headers, ...options }: RequestOptions = {}): Promise<Answer> =>
    system.fetch(`${value('SiteUrl')}${path}`, {
      ...options,
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0', accept: '*/*', ...headers },
    });
  const placed: string[] = [];
  return Object.assign(Object.create(system) as System, {
    value,
    visit,
    placed,
    async order() {
      const body = { customer, items: [{ sku: 'oysters', quantity: 2 }] };
      const answer = await visit('/api/orders', { method: 'POST', body });
      if (answer.status === 202) placed.push(answer.json<{ orderId: string }>().orderId);
      return answer;
    },
    async followed(path: string, options?: RequestOptions) {
      const hops: HopEvent[] = [];
      const stop = system.kernel.events.on('hop', (hop) => hops.push(hop));
      let traceId: string | undefined;
      const done = new Promise<void>((resolve) => {
        const end = system.kernel.events.on('user.request', (request) => {
          if (!request.url.startsWith(path)) return;
          ({ traceId } = request);
          end();
          resolve();
        });
      });
      const answer = await visit(path, options);
      await done;
      stop();
      const own = hops.filter((hop) => hop.traceId === traceId).sort((a, b) => a.startMs - b.startMs);
      return { answer, services: [...new Set(own.map(({ service }) => service))] };
    },
    addresses(name: string) {
      const resolver = new Resolver();
      resolver.setServers([`127.0.0.1:${system.dnsPort}`]);
      return resolver.resolve4(name);
    },
    mailTo: (address: string, subject: RegExp) =>
      eventually(`a mail to ${address} about ${subject}`, async () => {
        const mails = system.kernel.engine(mailbox);
        const found = mails.list({ to: address }).find((mail) => subject.test(mail.subject));
        if (!found) return undefined;
        const { subject: title, html = '', text = '' } = found;
        return { subject: title, html, text, attachments: found.attachments.map(({ name }) => name) };
      }),
  }) as Restaurant;
}

/** So that a wind of hours brings the report, and nothing has to live through a month. */
function shortlyBeforeMonthEnd(nowMs: number): number {
  const now = new Date(nowMs);
  const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  return Math.max(nowMs, nextMonth - 2 * hourMs);
}

/** What an instance of the stack gets from its metadata service: credentials of the role whose name begins so. */
export async function roleCredentials(restaurant: Restaurant, start: string) {
  const { Roles = [] } = await restaurant.client(IAMClient).send(new ListRolesCommand({}));
  const role = Roles.find(({ RoleName }) => RoleName?.startsWith(`web-classic-${start}`));
  const by = servicePrincipal('ec2.amazonaws.com', '000000000000');
  const ctx = restaurant.kernel.context({ principal: by, region: 'us-east-1' });
  const authorizer = restaurant.kernel.engine(authorization).current;
  if (!authorizer || !role?.Arn) throw new Error(`no role begins with ${start}`);
  const issued = authorizer.assumeRole(ctx, { roleArn: role.Arn, sessionName: 'test', by });
  ctx.trace.end();
  return issued;
}
