import { hosts } from '../../../../data-planes/http/hosts.ts';
import { packageOnDemand } from '../../../../kernel/package-on-demand.ts';
import type { Context } from '../../../../kernel/service.ts';
import { EndpointFailure } from '../delivery-failure.ts';
import { webPolicy } from '../delivery-policy.ts';
import { type Delivery, envelope } from '../envelope.ts';
import { textFor } from '../notification.ts';
import { meterDelivery } from '../usage.ts';

const undici = packageOnDemand<typeof import('undici')>('undici');

/** "The HTTP client's time-out is 15 seconds" ("Amazon SNS message delivery retries"). */
const timeoutMs = 15_000;

/** Orrery opens no connections to the internet: names it serves itself, and this machine's loopback. */
export function isReachable(ctx: Context, endpoint: string): boolean {
  const { hostname } = new URL(endpoint);
  return isLoopback(hostname) || ctx.engine(hosts).find(hostname) !== undefined;
}

function isLoopback(hostname: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
}

/** "HTTP/HTTPS notification" (Developer Guide). 5xx and 429, like no answer, are tried again; what else is not 2xx is final. */
export async function postToEndpoint(ctx: Context, delivery: Delivery): Promise<void> {
  const { topic, subscription, notification } = delivery;
  const raw = subscription.attributes.RawMessageDelivery === 'true' && notification.Type === 'Notification';
  const body = raw
    ? textFor(notification, subscription.Protocol)
    : JSON.stringify(await envelope(ctx, delivery), null, 2);
  const headers = {
    'x-amz-sns-message-type': notification.Type,
    'x-amz-sns-message-id': notification.MessageId,
    'x-amz-sns-topic-arn': topic.TopicArn,
    ...(notification.Type === 'SubscriptionConfirmation'
      ? {}
      : { 'x-amz-sns-subscription-arn': subscription.SubscriptionArn }),
    ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
    'content-type': webPolicy(topic, subscription).contentType,
    'user-agent': 'Amazon Simple Notification Service Agent',
    'content-length': String(Buffer.byteLength(body)),
  };
  meterDelivery(ctx, topic, 'DeliveryAttempts-HTTP');
  const status = await post(ctx, new URL(subscription.Endpoint), headers, body);
  if (status >= 200 && status <= 299) return;
  throw new EndpointFailure(`${subscription.Endpoint} answered ${status}`, { retry: status >= 500 || status === 429 });
}

async function post(ctx: Context, url: URL, headers: Record<string, string>, body: string): Promise<number> {
  const abort = new AbortController();
  const timer = ctx.clock.after(timeoutMs, 'time-out of a delivery', () => abort.abort(), { basis: 'elapsed' });
  const host = { host: url.host, ...credentials(url) };
  try {
    const plane = ctx.engine(hosts).find(url.hostname);
    if (plane) {
      const request = {
        method: 'POST',
        url: url.pathname + url.search,
        host: url.hostname,
        headers: { ...headers, ...host },
        body: Buffer.from(body),
        client: { ip: '127.0.0.1', port: 0, secure: url.protocol === 'https:', httpVersion: '1.1' },
        signal: abort.signal,
      };
      return (await plane(request, ctx.trace.child('sns', 'delivery', url.hostname))).status;
    }
    if (!isLoopback(url.hostname)) throw new EndpointFailure(`${url.hostname} is not served here`, { retry: true });
    return await postToLoopback(url, { ...headers, ...credentials(url) }, body, abort.signal);
  } finally {
    timer.cancel();
  }
}

/** A user and password in the URL are answered to with basic authentication. */
function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function postToLoopback(
  url: URL,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const bare = new URL(url.pathname + url.search, url.origin);
  try {
    const answer = await undici().request(bare, { method: 'POST', headers, body, signal });
    await answer.body.dump();
    return answer.statusCode;
  } catch (error) {
    throw new EndpointFailure(`${url.host}: ${(error as Error).message}`, { retry: true });
  }
}
