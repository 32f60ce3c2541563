import type {
  Cors,
  CreateAuthorizerCommandInput,
  CreateIntegrationCommandInput,
  CreateRouteCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { packageOnDemand } from '../../../kernel/package-on-demand.ts';
import type { Context } from '../../../kernel/service.ts';
import { badRequest } from '../errors.ts';

const yaml = packageOnDemand<typeof import('yaml')>('yaml');

/** What an OpenAPI 3.0 definition says an HTTP API is ("Use OpenAPI definitions for HTTP APIs in API Gateway"). */
export interface ApiDefinition {
  Name: string;
  Version: string | undefined;
  Description: string | undefined;
  CorsConfiguration: Cors | undefined;
  DisableExecuteApiEndpoint: boolean;
  Tags: Record<string, string>;
  authorizers: Map<string, Omit<CreateAuthorizerCommandInput, 'ApiId'>>;
  routes: RouteDefinition[];
  /** Valid OpenAPI that HTTP APIs have no use for. */
  info: string[];
  /** What is wrong but does not stop an import. */
  warnings: string[];
}

export interface RouteDefinition extends Omit<CreateRouteCommandInput, 'ApiId' | 'Target' | 'AuthorizerId'> {
  RouteKey: string;
  authorizer: string | undefined;
  integration: Omit<CreateIntegrationCommandInput, 'ApiId'> | undefined;
  /** Of an integration that several routes name. */
  sharedIntegration: string | undefined;
}

type Node = Record<string, unknown>;
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const anyMethod = 'x-amazon-apigateway-any-method';

export function readDefinition(ctx: Context, body: string, basePath: 'ignore' | 'prepend'): ApiDefinition {
  const document = parseBody(ctx, body);
  const components = nodeAt(document, 'components');
  const info = nodeAt(document, 'info');
  const definition: ApiDefinition = {
    Name: textAt(info, 'title') ?? '',
    Version: textAt(info, 'version'),
    Description: textAt(info, 'description'),
    CorsConfiguration: document['x-amazon-apigateway-cors']
      ? corsOf(nodeAt(document, 'x-amazon-apigateway-cors'))
      : undefined,
    DisableExecuteApiEndpoint:
      nodeAt(document, 'x-amazon-apigateway-endpoint-configuration').disableExecuteApiEndpoint === true,
    Tags: tagsOf(document),
    authorizers: authorizersOf(nodeAt(components, 'securitySchemes')),
    routes: [],
    info: [],
    warnings: [],
  };
  const prefix = basePath === 'prepend' ? serverPath(document) : '';
  for (const [path, item] of Object.entries(nodeAt(document, 'paths'))) {
    for (const [key, operation] of Object.entries(item as Node)) {
      if (!methods.includes(key) && key !== anyMethod) continue;
      addRoute(definition, { document, path: prefix + path, key, operation: operation as Node });
    }
  }
  return definition;
}

function parseBody(ctx: Context, body: string): Node {
  let document: unknown;
  try {
    document = yaml().parse(body);
  } catch (error) {
    throw badRequest(`Invalid OpenAPI input: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof document !== 'object' || document === null || !/^3\.0/.test(String((document as Node).openapi)))
    throw badRequest('Unable to import API: only OpenAPI 3.0 definitions can be imported as HTTP APIs');
  if (!(document as Node).paths) throw badRequest('Unable to import API: the definition has no paths');
  return withVariables(ctx, document) as Node;
}

/** "AWS variables for OpenAPI import". */
function withVariables(ctx: Context, value: unknown): unknown {
  const variables: Record<string, string> = {
    AccountId: ctx.account,
    Partition: 'aws',
    Region: ctx.region,
    URLSuffix: 'amazonaws.com',
  };
  if (typeof value === 'string')
    return value.replace(
      /\$\{AWS::(AccountId|Partition|Region|URLSuffix)\}/g,
      (_whole, name: string) => variables[name] ?? '',
    );
  if (Array.isArray(value)) return value.map((one) => withVariables(ctx, one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withVariables(ctx, one)]));
}

function addRoute(
  definition: ApiDefinition,
  { document, path, key, operation }: { document: Node; path: string; key: string; operation: Node },
): void {
  const isDefault = operation.isDefaultRoute === true || path === '/$default';
  const RouteKey = isDefault ? '$default' : `${key === anyMethod ? 'ANY' : key.toUpperCase()} ${path}`;
  for (const ignored of ['requestBody', 'parameters', 'callbacks'])
    if (operation[ignored]) definition.info.push(`HTTP APIs don't support ${ignored} of '${RouteKey}'; it is ignored`);
  const given = nodeAt(operation, 'x-amazon-apigateway-integration');
  const name = /^#\/components\/x-amazon-apigateway-integrations\/(.+)$/.exec(textAt(given, '$ref') ?? '')?.[1];
  const shared = name && nodeAt(nodeAt(document, 'components'), 'x-amazon-apigateway-integrations')[name];
  if (name && !shared) throw badRequest(`Unable to resolve the integration that '${RouteKey}' refers to: ${name}`);
  const source = (shared ?? operation['x-amazon-apigateway-integration']) as Node | undefined;
  if (!source) definition.warnings.push(`Route '${RouteKey}' has no integration`);
  const OperationName = textAt(operation, 'operationId');
  definition.routes.push({
    RouteKey,
    ...(OperationName ? { OperationName } : {}),
    ...authorizationOf(definition, document, operation),
    integration: source && integrationOf(source),
    sharedIntegration: name,
  });
}

/** `security` names a scheme; the operation's own goes before the definition's, and an empty one lifts it. */
function authorizationOf(definition: ApiDefinition, document: Node, operation: Node) {
  const schemes = nodeAt(nodeAt(document, 'components'), 'securitySchemes');
  const [required] = (operation.security ?? document.security ?? []) as Record<string, string[]>[];
  const [scheme, scopes] = Object.entries(required ?? {})[0] ?? [];
  const iam =
    textAt(nodeAt(operation, 'x-amazon-apigateway-auth'), 'type')?.toUpperCase() === 'AWS_IAM' ||
    (scheme !== undefined && nodeAt(schemes, scheme)['x-amazon-apigateway-authtype'] === 'awsSigv4');
  if (iam) return { AuthorizationType: 'AWS_IAM' as const, authorizer: undefined };
  const authorizer = scheme === undefined ? undefined : definition.authorizers.get(scheme);
  if (scheme !== undefined && !authorizer)
    definition.warnings.push(`Security scheme '${scheme}' has no authorizer; it is ignored`);
  if (!authorizer) return { AuthorizationType: 'NONE' as const, authorizer: undefined };
  const jwt = authorizer.AuthorizerType === 'JWT';
  return {
    AuthorizationType: jwt ? ('JWT' as const) : ('CUSTOM' as const),
    authorizer: scheme,
    ...(jwt && scopes?.length ? { AuthorizationScopes: scopes } : {}),
  };
}

function integrationOf(source: Node): Omit<CreateIntegrationCommandInput, 'ApiId'> {
  const type = textAt(source, 'type')?.toUpperCase();
  const timeout = source.timeoutInMillis;
  return {
    IntegrationType: type as 'AWS_PROXY',
    IntegrationUri: textAt(source, 'uri'),
    IntegrationMethod: textAt(source, 'httpMethod'),
    IntegrationSubtype: textAt(source, 'integrationSubtype'),
    PayloadFormatVersion: textAt(source, 'payloadFormatVersion') ?? '1.0',
    CredentialsArn: textAt(source, 'credentials'),
    ConnectionType: textAt(source, 'connectionType')?.toUpperCase() as 'INTERNET' | undefined,
    ConnectionId: textAt(source, 'connectionId'),
    Description: textAt(source, 'description'),
    TimeoutInMillis: timeout === undefined ? undefined : Number(timeout),
    RequestParameters: source.requestParameters as Record<string, string> | undefined,
    ResponseParameters: source.responseParameters as Record<string, Record<string, string>> | undefined,
    TlsConfig: source.tlsConfig as { ServerNameToVerify?: string } | undefined,
  };
}

/** "x-amazon-apigateway-authorizer object": a security scheme without it is no authorizer. */
function authorizersOf(schemes: Node): ApiDefinition['authorizers'] {
  const found: ApiDefinition['authorizers'] = new Map();
  for (const [Name, scheme] of Object.entries(schemes)) {
    const extension = nodeAt(scheme as Node, 'x-amazon-apigateway-authorizer');
    const type = textAt(extension, 'type')?.toUpperCase();
    if (type === undefined) continue;
    const jwt = nodeAt(extension, 'jwtConfiguration');
    const ttl = extension.authorizerResultTtlInSeconds;
    found.set(Name, {
      Name,
      AuthorizerType: type as 'JWT',
      IdentitySource:
        textAt(extension, 'identitySource')
          ?.split(',')
          .map((source) => source.trim()) ?? [],
      ...(type === 'JWT'
        ? { JwtConfiguration: { Issuer: textAt(jwt, 'issuer'), Audience: jwt.audience as string[] | undefined } }
        : {
            AuthorizerUri: textAt(extension, 'authorizerUri'),
            AuthorizerCredentialsArn: textAt(extension, 'authorizerCredentials'),
            AuthorizerPayloadFormatVersion: textAt(extension, 'authorizerPayloadFormatVersion'),
            AuthorizerResultTtlInSeconds: ttl === undefined ? undefined : Number(ttl),
            EnableSimpleResponses: extension.enableSimpleResponses as boolean | undefined,
          }),
    });
  }
  return found;
}

function corsOf(cors: Node): Cors {
  return {
    AllowOrigins: cors.allowOrigins as string[] | undefined,
    AllowMethods: cors.allowMethods as string[] | undefined,
    AllowHeaders: cors.allowHeaders as string[] | undefined,
    ExposeHeaders: cors.exposeHeaders as string[] | undefined,
    AllowCredentials: cors.allowCredentials as boolean | undefined,
    MaxAge: cors.maxAge as number | undefined,
  };
}

function tagsOf(document: Node): Record<string, string> {
  const tags = (document.tags ?? []) as Node[];
  const valued = tags.filter((tag) => tag['x-amazon-apigateway-tag-value'] !== undefined);
  return Object.fromEntries(valued.map((tag) => [String(tag.name), String(tag['x-amazon-apigateway-tag-value'])]));
}

function serverPath(document: Node): string {
  const [server] = (document.servers ?? []) as Node[];
  const url = textAt(server ?? {}, 'url') ?? '/';
  const filled = url.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    String(nodeAt(nodeAt(server ?? {}, 'variables'), name).default ?? ''),
  );
  // API Gateway's own exports have a slash both before the variable and in it.
  return filled
    .replace(/^https?:\/\/[^/]+/, '')
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '');
}

function nodeAt(node: Node, name: string): Node {
  const value = node[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {};
}

function textAt(node: Node, name: string): string | undefined {
  const value = node[name];
  return value === undefined || value === null ? undefined : String(value);
}
