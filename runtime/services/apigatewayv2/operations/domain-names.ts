import type {
  CreateDomainNameCommandInput,
  DeleteDomainNameCommandInput,
  DomainNameConfiguration,
  GetDomainNameCommandInput,
  GetDomainNamesCommandInput,
  UpdateDomainNameCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { publishDomain } from '../behaviour/compile-domain.ts';
import { badRequest, conflict } from '../errors.ts';
import { apiMappings, type DomainNameRecord, domainAt, domainNames, keyOf, mappingsOf, page } from '../state.ts';
import { defined } from './apis.ts';

/** Of API Gateway's regional endpoints in us-east-1 ("Amazon API Gateway endpoints and quotas"). */
const HOSTED_ZONE_ID = 'Z1UJRXOUMOOFQ8';

export function CreateDomainName(ctx: Context, input: CreateDomainNameCommandInput) {
  const DomainName = (input.DomainName ?? '').toLowerCase();
  if (!/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*$/.test(DomainName))
    throw badRequest('Invalid domain name specified');
  if (domainNames(ctx, ctx).has(DomainName)) throw conflict('The domain name you provided already exists.');
  checkModes(input);
  const record: DomainNameRecord = {
    DomainName,
    ApiMappingSelectionExpression: '$request.basepath',
    DomainNameConfigurations: configurations(ctx, input.DomainNameConfigurations),
    RoutingMode: 'API_MAPPING_ONLY',
    Tags: input.Tags ?? {},
  };
  return keep(ctx, record);
}

export function GetDomainName(ctx: Context, input: GetDomainNameCommandInput) {
  return domainAt(ctx, input.DomainName);
}

export function GetDomainNames(ctx: Context, input: GetDomainNamesCommandInput) {
  return page(domainNames(ctx, ctx).values() as object[], input);
}

export function UpdateDomainName(ctx: Context, input: UpdateDomainNameCommandInput) {
  const before = domainAt(ctx, input.DomainName);
  checkModes(input);
  const [old] = before.DomainNameConfigurations;
  const changed = input.DomainNameConfigurations
    ? { DomainNameConfigurations: configurations(ctx, input.DomainNameConfigurations, old) }
    : {};
  return keep(ctx, { ...before, ...changed });
}

export function DeleteDomainName(ctx: Context, input: DeleteDomainNameCommandInput) {
  const { DomainName } = domainAt(ctx, input.DomainName);
  for (const { ApiMappingId } of mappingsOf(ctx, ctx, DomainName))
    apiMappings(ctx, ctx).delete(keyOf(DomainName, ApiMappingId));
  domainNames(ctx, ctx).delete(DomainName);
  publishDomain(ctx, ctx, DomainName);
}

function keep(ctx: Context, record: DomainNameRecord): DomainNameRecord {
  domainNames(ctx, ctx).put(record.DomainName, record);
  publishDomain(ctx, ctx, record.DomainName);
  return record;
}

function checkModes(input: CreateDomainNameCommandInput | UpdateDomainNameCommandInput): void {
  if (input.MutualTlsAuthentication?.TruststoreUri)
    throw refused('apigatewayv2 domain name with MutualTlsAuthentication', 'users reach the gateway over HTTP.');
  if (input.RoutingMode !== undefined && input.RoutingMode !== 'API_MAPPING_ONLY')
    throw refused(`apigatewayv2 domain name with RoutingMode ${input.RoutingMode}`, 'use API_MAPPING_ONLY.');
}

/** HTTP APIs have regional endpoints alone ("Set up a Regional custom domain name in API Gateway"). */
function configurations(
  ctx: Context,
  given: DomainNameConfiguration[] | undefined,
  before?: DomainNameConfiguration,
): DomainNameConfiguration[] {
  if (given?.length !== 1) throw badRequest('Exactly one domain name configuration is needed');
  const [{ EndpointType, SecurityPolicy, CertificateArn, ...more } = {}] = given;
  if (EndpointType !== undefined && EndpointType !== 'REGIONAL')
    throw badRequest(`Invalid endpoint type ${EndpointType} specified. HTTP APIs support REGIONAL`);
  if (!CertificateArn && !before?.CertificateArn) throw badRequest('CertificateArn is a required parameter');
  return [
    {
      ApiGatewayDomainName: `d-${ctx.ids.lower(10)}.execute-api.${ctx.region}.amazonaws.com`,
      DomainNameStatus: 'AVAILABLE',
      EndpointType: 'REGIONAL',
      HostedZoneId: HOSTED_ZONE_ID,
      IpAddressType: 'ipv4',
      ...before,
      SecurityPolicy: SecurityPolicy ?? 'TLS_1_2',
      ...defined({ CertificateArn, ...more }),
    },
  ];
}
