import type { ListenerTable } from '../../../data-planes/alb/configuration.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { type Attribute, attributeOf } from './attributes.ts';

/** "Add response headers" (User Guide for Application Load Balancers, "HTTP header modification"). */
const responseHeaders = [
  'strict-transport-security',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-max-age',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
] as const;

const requestHeaders = [
  'X-Amzn-Mtls-Clientcert-Serial-Number',
  'X-Amzn-Mtls-Clientcert-Issuer',
  'X-Amzn-Mtls-Clientcert-Subject',
  'X-Amzn-Mtls-Clientcert-Validity',
  'X-Amzn-Mtls-Clientcert-Leaf',
  'X-Amzn-Mtls-Clientcert',
  'X-Amzn-Tls-Version',
  'X-Amzn-Tls-Cipher-Suite',
] as const;

const most = 1024;
const serverKey = 'routing.http.response.server.enabled';

/** "Listener attributes": an HTTPS listener has names for the headers that say how TLS was spoken, too. */
export function listenerAttributes(protocol: string): Readonly<Record<string, Attribute>> {
  if (protocol === 'TCP' || protocol === 'TLS') return protocol === 'TCP' ? ofFlows : {};
  return protocol === 'HTTPS' ? { ...ofRequests, ...ofResponses } : ofResponses;
}

const ofFlows: Readonly<Record<string, Attribute>> = lookupTable({
  'tcp.idle_timeout.seconds': {
    default: '350',
    check: (value) => /^\d+$/.test(value) && Number(value) >= 60 && Number(value) <= 6000,
  },
});

const ofResponses: Readonly<Record<string, Attribute>> = lookupTable({
  [serverKey]: { default: 'true', check: /^(true|false)$/ },
  ...Object.fromEntries(responseHeaders.map((header) => [keyOf(header), { default: '', check: checkOf(header) }])),
});

const ofRequests: Readonly<Record<string, Attribute>> = lookupTable(
  Object.fromEntries(
    requestHeaders.map((header): [string, Attribute] => [
      requestKeyOf(header),
      {
        default: header,
        check: /^[A-Za-z0-9-]{1,40}$/,
        ...(header.startsWith('X-Amzn-Tls')
          ? {}
          : { only: { value: header, why: 'clients show no certificates here.' } }),
      },
    ]),
  ),
);

/** What the headers are called that say how TLS was spoken ("HTTP header renaming"). */
export function tlsHeaderNames(attributes: Readonly<Record<string, string>>): ListenerTable['tlsHeaderNames'] {
  const named = (header: string): string => attributeOf(ofRequests, attributes, requestKeyOf(header)).toLowerCase();
  return { version: named('X-Amzn-Tls-Version'), cipher: named('X-Amzn-Tls-Cipher-Suite') };
}

/** What its data plane does to answers. */
export function answerHeaders(attributes: Readonly<Record<string, string>>): ListenerTable['answers'] {
  const added = responseHeaders
    .map((header): [string, string] => [header, attributeOf(ofResponses, attributes, keyOf(header))])
    .filter(([, value]) => value !== '');
  const server = attributeOf(ofResponses, attributes, serverKey) === 'true';
  return server && added.length === 0 ? undefined : { server, added: Object.fromEntries(added) };
}

function requestKeyOf(header: string): string {
  return `routing.http.request.${snake(header)}.header_name`;
}

function keyOf(header: string): string {
  return `routing.http.response.${snake(header)}.header_value`;
}

function snake(header: string): string {
  return header.toLowerCase().replaceAll('-', '_');
}

function checkOf(header: string): (value: string) => boolean {
  const particular: Readonly<Record<string, RegExp>> = {
    'access-control-allow-credentials': /^true$/,
    'access-control-max-age': /^\d+$/,
    'x-content-type-options': /^nosniff$/,
    'x-frame-options': /^(DENY|SAMEORIGIN|ALLOW-FROM .+)$/i,
  };
  const pattern = particular[header] ?? /^[\x20-\x7e]+$/;
  return (value) => value === '' || (value.length <= most && pattern.test(value));
}
