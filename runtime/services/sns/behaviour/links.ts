import { internalRoutes } from '../../../data-planes/http/internal-routes.ts';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { HttpResponse } from '../../../kernel/http.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { linkPrefix, signing } from './signing.ts';

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';

/**
 * What messages link to: the certificate of their signature, and, for whoever has the token or the ARN, the confirmation
 * and the end of a subscription. On AWS these are unsigned GETs of sns.REGION.amazonaws.com.
 */
export function serveLinks(kernel: Kernel): { stop(): void } {
  const routes = kernel.engine(internalRoutes);
  routes.set(linkPrefix, async ({ url }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname === linkPrefix) return follow(kernel, searchParams);
    const { fileName, certificate } = await kernel.engine(signing).signer();
    return pathname === linkPrefix + fileName
      ? { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: certificate }
      : { status: 404, headers: { 'content-type': 'text/plain' }, body: 'There is no such certificate.\n' };
  });
  return { stop: () => routes.remove(linkPrefix) };
}

async function follow(kernel: Kernel, query: URLSearchParams): Promise<HttpResponse> {
  const { Action = '', ...input } = Object.fromEntries(query);
  const arn = parseArn(input.TopicArn ?? input.SubscriptionArn ?? '');
  if (!arn || !['ConfirmSubscription', 'Unsubscribe'].includes(Action))
    return xml(400, '<ErrorResponse><Error><Code>InvalidParameter</Code></Error></ErrorResponse>');
  const principal = servicePrincipal('sns.amazonaws.com', arn.account, { serviceLinked: true });
  try {
    const ctx = kernel.context({ principal, region: arn.region });
    const { SubscriptionArn } = await ctx.call<{ SubscriptionArn?: string }>('sns', Action, input);
    const result = SubscriptionArn
      ? `<${Action}Result><SubscriptionArn>${escaped(SubscriptionArn)}</SubscriptionArn></${Action}Result>`
      : '';
    const metadata = `<ResponseMetadata><RequestId>${ctx.requestId}</RequestId></ResponseMetadata>`;
    return xml(200, `<${Action}Response xmlns="${namespace}">${result}${metadata}</${Action}Response>`);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const about = `<Type>Sender</Type><Code>${error.code}</Code><Message>${escaped(error.message)}</Message>`;
    return xml(error.status, `<ErrorResponse xmlns="${namespace}"><Error>${about}</Error></ErrorResponse>`);
  }
}

function xml(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function escaped(text: string): string {
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
