import type { FlatModel } from '../../runtime/control-plane/protocols/flat-model.ts';
import type { ModelIndexEntry } from '../../runtime/control-plane/protocols/model.ts';
import type { ProtocolName } from '../../runtime/control-plane/protocols/protocol.ts';
import { withFormerRoutes } from './former-routes.ts';
import { cliNames, olderProtocols, olderXmlNamespaces } from './names.ts';
import { flattenSchemas, type Schema } from './schemas.ts';

interface SdkModule {
  [name: string]: unknown;
}

interface ClientConfig {
  apiVersion: string;
  serviceId: string;
  protocol: unknown;
  protocolSettings: { serviceTarget?: string; xmlNamespace?: string; awsQueryCompatible?: boolean };
  httpAuthSchemeProvider(parameters: object): { schemeId: string; signingProperties?: { name?: string } }[];
  endpointProvider(parameters: object): { url: URL };
}

export interface ExtractedClient {
  service: string;
  entry: ModelIndexEntry;
  model: FlatModel;
}

/** The AWS CLI's name of a client package: its suffix without dashes, where the CLI has no name of its own. */
export function serviceName(packageName: string): string {
  const suffix = packageName.replace('@aws-sdk/client-', '');
  return cliNames[suffix] ?? suffix.replaceAll('-', '');
}

export async function extractClient(packageName: string): Promise<ExtractedClient> {
  const service = serviceName(packageName);
  const sdk = (await import(packageName)) as SdkModule;
  const config = configOf(sdk);
  const schemas = Object.entries(sdk).flatMap(([name, value]) =>
    name.endsWith('$') && Array.isArray(value) ? [value as Schema] : [],
  );
  const operations = schemas.filter((schema) => schema[0] === 9);
  // The SDK's base class of a service's errors has a schema too, in a namespace of its own.
  const errors = schemas.filter(
    (schema) => schema[0] === -3 && !String(schema[1]).startsWith('smithy.ts.sdk.synthetic'),
  );
  if (operations.length === 0)
    throw new Error(`${packageName} exports no operation schemas: this tool reads those of SDK 3.9xx and later`);
  const prefix = endpointPrefix(config);
  const entry: ModelIndexEntry = {
    serviceId: config.serviceId,
    signingName: signingName(config) ?? prefix,
    endpointPrefix: prefix,
    apiVersion: config.apiVersion,
    serviceTarget: config.protocolSettings.serviceTarget,
    xmlNamespace: config.protocolSettings.xmlNamespace ?? olderXmlNamespaces[service],
    awsQueryCompatible: config.protocolSettings.awsQueryCompatible ?? false,
    errorWrapping: !/S3/.test(protocolClass(config.protocol)),
    protocols: [protocolName(config.protocol), ...(olderProtocols[service] ?? [])],
  };
  const unsigned = operations.map((schema) => schema[2] as string).filter((operation) => isUnsigned(config, operation));
  return { service, entry, model: withFormerRoutes(service, { ...flattenSchemas(operations, errors), unsigned }) };
}

/** The client class is the one that takes a region and has the resolved configuration: the only export named …Client. */
function configOf(sdk: SdkModule): ClientConfig {
  const found = Object.entries(sdk).find(([name]) => name.endsWith('Client') && name !== '__Client')?.[1];
  const client = new (found as new (config: object) => { config: ClientConfig })({ region: 'us-east-1' });
  return client.config;
}

const protocolClasses: [RegExp, ProtocolName][] = [
  [/RestJson/, 'restJson'],
  [/RestXml/, 'restXml'],
  [/Json1_0/, 'awsJson1_0'],
  [/Json1_1/, 'awsJson1_1'],
  [/Ec2Query/, 'ec2Query'],
  [/Query/, 'awsQuery'],
  [/Cbor/, 'rpcV2Cbor'],
];

function protocolName(protocol: unknown): ProtocolName {
  const name = protocolClass(protocol);
  const found = protocolClasses.find(([pattern]) => pattern.test(name));
  if (!found) throw new Error(`the SDK speaks a protocol this tool does not know: ${name}`);
  return found[1];
}

function protocolClass(protocol: unknown): string {
  return typeof protocol === 'function' ? protocol.name : (protocol as object).constructor.name;
}

/**
 * STS takes the region as its endpoint's parameter. Some want the parameters of an operation (S3's bucket) and throw
 * without: their default scheme stands.
 */
function authSchemes(config: ClientConfig, operation: string): ReturnType<ClientConfig['httpAuthSchemeProvider']> {
  try {
    return config.httpAuthSchemeProvider({ region: 'us-east-1', Region: 'us-east-1', operation });
  } catch {
    return [];
  }
}

function signingName(config: ClientConfig): string | undefined {
  return authSchemes(config, '')[0]?.signingProperties?.name;
}

function isUnsigned(config: ClientConfig, operation: string): boolean {
  return authSchemes(config, operation)[0]?.schemeId === 'smithy.api#noAuth';
}

/** The first label of its host: https://streams.dynamodb.us-east-1.amazonaws.com and https://iam.amazonaws.com alike. */
function endpointPrefix(config: ClientConfig): string {
  const { url } = config.endpointProvider({
    Region: 'us-east-1',
    UseDualStack: false,
    UseFIPS: false,
    UseGlobalEndpoint: false,
  });
  return url.hostname.replace(/(\.us-east-1)?\.(amazonaws\.com|api\.aws)$/, '');
}
