// "Configuring custom domains to handle open and click tracking": which mails are tracked, and by which addresses.
import type { EventType } from '@aws-sdk/client-sesv2';
import type { Kernel } from '../../kernel/service.ts';
import { withHtmlParts } from './html-parts.ts';
import type { SentMessage } from './message.ts';
import type { ConfigurationSet, Tracking } from './state.ts';
import { trackedMails } from './tracked-mails.ts';
import { openTracker, type TrackedLink, withTrackedHtml } from './tracking-html.ts';

/** "The click tracking system can track a maximum of 250 links" (metrics FAQs): further ones stay as they are. */
const mostLinks = 250;

/** The mail with what its configuration set's event destinations want to hear of: opens, clicks. Text stays as it is. */
export function tracked(kernel: Kernel, message: SentMessage, set: ConfigurationSet | undefined, raw: Buffer): Buffer {
  const wants = (type: EventType): boolean =>
    set?.destinations.some((one) => one.Enabled === true && one.MatchingEventTypes?.includes(type)) ?? false;
  const opens = wants('OPEN');
  const clicks = wants('CLICK');
  if (!set || !(opens || clicks)) return raw;
  const mails = kernel.engine(trackedMails);
  const token = mails.newToken();
  const links: TrackedLink[] = [];
  const linkUrl = (link: TrackedLink): string | undefined => {
    if (links.length === mostLinks) return undefined;
    links.push(link);
    const secure = set.tracking?.HttpsPolicy === 'REQUIRE' || /^https:/i.test(link.url);
    return `${origin(kernel, message.region, set.tracking, secure)}/L0/${token}/${links.length}`;
  };
  const pixelUrl = `${origin(kernel, message.region, set.tracking, /^REQUIRE/.test(set.tracking?.HttpsPolicy ?? ''))}/I0/${token}`;
  let pixels = 0;
  const changed = withHtmlParts(raw, (html) => {
    const first = opens && pixels++ === 0;
    const marked = withTrackedHtml(html, {
      pixelUrl: first ? pixelUrl : undefined,
      linkUrl: clicks ? linkUrl : undefined,
    });
    return opens ? marked.replaceAll(openTracker, '') : marked;
  });
  if (changed !== raw) mails.keep(token, { message, links });
  return changed;
}

/** Of AWS's own domain, or of the sender's; at this machine's port, where every name under .localhost leads. */
function origin(kernel: Kernel, region: string, tracking: Tracking | undefined, secure: boolean): string {
  const host = tracking?.CustomRedirectDomain ?? trackingDomain(region);
  const { httpPort, httpsPort } = kernel.addresses;
  return secure ? `https://${host}.localhost:${httpsPort}` : `http://${host}.localhost:${httpPort}`;
}

/** "Amazon Simple Email Service endpoints and quotas", tracking domains. */
export function trackingDomain(region: string): string {
  return `r.${region}.awstrack.me`;
}
