import { flattenSchemas, type Schema } from './schemas.ts';

/** Package suffixes that are not the AWS CLI's name of the service. */
const cliNames: Record<string, string> = {
  'cloudwatch-logs': 'logs',
  eventbridge: 'events',
  'dynamodb-streams': 'dynamodbstreams',
  'secrets-manager': 'secretsmanager',
  'route-53': 'route53',
  'elastic-load-balancing-v2': 'elbv2',
};

/** What other clients of a service speak beside the SDK's own protocol (botocore's service-2.json, `protocols`). */
const alsoSpoken: Record<string, string[]> = {
  sqs: ['awsQuery'],
  cloudwatch: ['rpcV2Cbor', 'awsQuery'],
};

interface SdkModule {
  [name: string]: unknown;
}

interface ClientConfig {
  apiVersion: string;
  serviceId: string;
  protocol: unknown;
  protocolSettings: { defaultNamespace: string; serviceTarget?: string; xmlNamespace?: string; awsQueryCompatible?: boolean };
  httpAuthSchemeProvider(parameters: object): { schemeId: string; signingProperties?: { name?: string } }[];
  endpointProvider(parameters: object): { url: URL };
}

export async function extractClient(packageName: string) {
  const suffix = packageName.replace('@aws-sdk/client-', '');
  const service = cliNames[suffix] ?? suffix.replaceAll('-', '');
  const sdk = (await import(packageName)) as SdkModule;
  const clientClass = Object.entries(sdk).find(([name]) => name.endsWith('Client') && name !== '__Client')?.[1];
  const client = new (clientClass as new (config: object) => { config: ClientConfig })({ region: 'us-east-1' });
  const { config } = client;
  const schemas = Object.entries(sdk).filter(([name, value]) => name.endsWith('$') && Array.isArray(value));
  const operations = schemas.map(([, value]) => value as Schema).filter((schema) => schema[0] === 9);
  const errors = schemas.map(([, value]) => value as Schema).filter((schema) => schema[0] === -3);
  const entry = {
    serviceId: config.serviceId,
    signingName: signingName(config) ?? endpointPrefix(config),
    endpointPrefix: endpointPrefix(config),
    apiVersion: config.apiVersion,
    serviceTarget: config.protocolSettings.serviceTarget,
    xmlNamespace: config.protocolSettings.xmlNamespace,
    awsQueryCompatible: config.protocolSettings.awsQueryCompatible ?? false,
    errorWrapping: !/S3/.test(protocolClass(config.protocol)),
    protocols: [protocolName(config.protocol), ...(alsoSpoken[service] ?? [])],
  };
  const unsigned = operations.map((schema) => schema[2] as string).filter((operation) => isUnsigned(config, operation));
  return { service, entry, model: { ...flattenSchemas(operations, errors), unsigned } };
}

function protocolName(protocol: unknown): string {
  const name = protocolClass(protocol);
  const known: [RegExp, string][] = [
    [/Json1_0/, 'awsJson1_0'],
    [/Json1_1|JsonRpc/, 'awsJson1_1'],
    [/RestJson/, 'restJson'],
    [/RestXml/, 'restXml'],
    [/Ec2Query/, 'ec2Query'],
    [/Query/, 'awsQuery'],
    [/Cbor/, 'rpcV2Cbor'],
  ];
  const found = known.find(([pattern]) => pattern.test(name));
  if (!found) throw new Error(`the SDK speaks a protocol this tool does not know: ${name}`);
  return found[1];
}

function protocolClass(protocol: unknown): string {
  return typeof protocol === 'function' ? protocol.name : (protocol as object).constructor.name;
}

function signingName(config: ClientConfig): string | undefined {
  try {
    return config.httpAuthSchemeProvider({ region: 'us-east-1', operation: '' })[0]?.signingProperties?.name;
  } catch {
    return undefined;
  }
}

function isUnsigned(config: ClientConfig, operation: string): boolean {
  try {
    return config.httpAuthSchemeProvider({ region: 'us-east-1', operation })[0]?.schemeId === 'smithy.api#noAuth';
  } catch {
    return false;
  }
}

function endpointPrefix(config: ClientConfig): string {
  const { url } = config.endpointProvider({ Region: 'us-east-1', UseDualStack: false, UseFIPS: false, UseGlobalEndpoint: false });
  return url.hostname.split('.us-east-1')[0]?.replace(/\.amazonaws\.com$/, '') ?? '';
}
