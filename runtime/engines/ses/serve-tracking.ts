// What the pixel and the links of tracked mails ask for, at r.REGION.awstrack.me and at the senders' own domains.
import type { DataPlane, HttpRequest, HttpResponse } from '../../data-planes/http/exchange.ts';
import { hosts } from '../../data-planes/http/hosts.ts';
import { defaultRegion } from '../../kernel/arn.ts';
import type { Kernel, Running } from '../../kernel/service.ts';
import { isServedHere } from './identities.ts';
import { publishEvent } from './publish-event.ts';
import { configurationSets } from './state.ts';
import { type TrackedMail, trackedMails } from './tracked-mails.ts';

/** "Amazon SES collects open and click metrics for 60 days after each email is sent" (metrics FAQs). Links lead on after that. */
const collectedMs = 60 * 24 * 60 * 60_000;
const mostHeaderBytes = 8192;
const wildcard = '*.awstrack.me';
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

export function serveTracking(kernel: Kernel): Running {
  const known = kernel.engine(hosts);
  const plane: DataPlane = async (request) => answer(kernel, request);
  known.set(wildcard, plane);
  known.fallBack((name) => (redirectsFrom(kernel, name) ? plane : undefined));
  return {
    stop() {
      known.remove(wildcard);
      known.fallBack(() => undefined);
    },
  };
}

/** A sender's domain whose DNS is elsewhere, where its CNAME cannot be looked for. */
function redirectsFrom(kernel: Kernel, name: string): boolean {
  const named = kernel.store.scopes('ses.configurationSets').some((scope) =>
    configurationSets(kernel, scope)
      .values()
      .some(({ tracking }) => tracking?.CustomRedirectDomain === name),
  );
  return named && !isServedHere(kernel, name);
}

function answer(kernel: Kernel, request: HttpRequest): HttpResponse {
  const headers = {
    'x-amz-ses-region': /(?:^|\.)r\.([a-z0-9-]+)\.awstrack\.me/.exec(request.host)?.[1] ?? defaultRegion,
    'x-amz-ses-request-protocol': request.client.secure ? 'https' : 'http',
    'cache-control': 'no-cache, no-store, must-revalidate, private',
  };
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const size = Object.entries(request.headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > mostHeaderBytes) return { status: 400, headers, body: undefined };
  if (!reading) return { status: 405, headers: { ...headers, allow: 'GET, HEAD' }, body: undefined };
  const [path = ''] = request.url.split('?');
  if (path === '/favicon.ico')
    return { status: 200, headers: { ...headers, 'content-type': 'image/x-icon' }, body: '' };
  const [, kind, token = '', number] = /^\/(I0|L0)\/([\w-]{1,64})(?:\/(\d{1,4}))?$/.exec(path) ?? [];
  const mail = kind === undefined ? undefined : kernel.engine(trackedMails).find(token);
  const link = kind === 'L0' ? mail?.links[Number(number) - 1] : undefined;
  if (!mail || (kind === 'L0' && !link)) return { status: 404, headers, body: undefined };
  // Programs look before a person goes: only what fetches counts.
  if (request.method === 'GET') tell(kernel, mail, request, link);
  if (!link) return { status: 200, headers: { ...headers, 'content-type': 'image/gif' }, body: pixel };
  return { status: 302, headers: { ...headers, location: link.url }, body: undefined };
}

/** "Open object", "Click object", Contents of event data. */
function tell(
  kernel: Kernel,
  { message }: TrackedMail,
  { client, headers }: HttpRequest,
  link: TrackedMail['links'][number] | undefined,
): void {
  if (kernel.clock.now() > message.timeMs + collectedMs) return;
  const timestamp = new Date(kernel.clock.now()).toISOString();
  const seen = { ipAddress: client.ip, timestamp, userAgent: headers['user-agent'] ?? '' };
  const { destination: recipients } = message;
  if (link) {
    const linkTags = Object.keys(link.tags).length > 0 ? link.tags : null;
    publishEvent(kernel, message, { type: 'CLICK', recipients, about: { ...seen, link: link.url, linkTags } });
  } else publishEvent(kernel, message, { type: 'OPEN', recipients, about: seen });
}
