import type { CreateIntegrationCommandInput } from '@aws-sdk/client-apigatewayv2';
import { expressionFault } from '../../../data-planes/execute-api/expression.ts';
import { mappingFault } from '../../../data-planes/execute-api/parameter-mapping.ts';
import { refusedSubtypes, serviceActions } from '../../../data-planes/execute-api/service-actions.ts';
import { refused } from '../../../kernel/errors.ts';
import { badRequest } from '../errors.ts';

type Input = Partial<CreateIntegrationCommandInput>;

/** What AWS refuses of an integration of an HTTP API, and what Orrery does not run ("CreateIntegration"). */
export function checkIntegration(input: Input): void {
  const { IntegrationType: type, TimeoutInMillis: timeout, PayloadFormatVersion: version } = input;
  if (input.TlsConfig)
    throw refused('apigatewayv2 integration with TlsConfig', 'only loopback and Orrery hosts are reached.');
  if (input.ConnectionType === 'VPC_LINK') throw refused('apigatewayv2 integration with ConnectionType VPC_LINK');
  if (type !== undefined && type !== 'AWS_PROXY' && type !== 'HTTP_PROXY')
    throw badRequest('Invalid integration type specified. HTTP APIs support AWS_PROXY and HTTP_PROXY.');
  if (timeout !== undefined && (timeout < 50 || timeout > 30_000))
    throw badRequest('Timeout should be between 50 ms and 30000 ms');
  if (version !== undefined && version !== '1.0' && version !== '2.0')
    throw badRequest('PayloadFormatVersion must be one of [1.0, 2.0]');
  if (input.IntegrationSubtype) checkService(input, input.IntegrationSubtype);
  else checkTarget(input);
  checkResponse(input.ResponseParameters);
}

function checkTarget({
  IntegrationType: type,
  IntegrationUri: uri = '',
  RequestParameters,
  CredentialsArn,
}: Input): void {
  if (type === 'AWS_PROXY' && !/arn:[^:]+:lambda:/.test(uri))
    throw badRequest('When IntegrationType=AWS_PROXY the IntegrationUri must be a Lambda function ARN.');
  if (type === 'HTTP_PROXY' && !/^https?:\/\/[^/]+/.test(uri))
    throw badRequest('Invalid HTTP endpoint specified for URI');
  if (CredentialsArn && type === 'HTTP_PROXY')
    throw badRequest('Credentials are only supported for AWS service integrations.');
  const fault = mappingFault(RequestParameters ?? {}, 'request');
  if (fault) throw badRequest(fault);
}

/** "Integration subtype reference": which parameters a subtype takes. */
function checkService({ RequestParameters = {}, CredentialsArn, IntegrationType }: Input, subtype: string): void {
  if (refusedSubtypes.includes(subtype)) throw refused(`apigatewayv2 integration with IntegrationSubtype ${subtype}`);
  const action = serviceActions[subtype];
  if (!action || IntegrationType !== 'AWS_PROXY') throw badRequest(`IntegrationSubtype ${subtype} is not supported`);
  if (!CredentialsArn) throw badRequest('CredentialsArn must be specified for integrations with an IntegrationSubtype');
  const missing = action.required.filter((name) => RequestParameters[name] === undefined);
  if (missing.length > 0) throw badRequest(`Missing required parameters: ${missing.join(', ')}`);
  for (const [name, value] of Object.entries(RequestParameters)) {
    if (![...action.required, ...action.optional].includes(name))
      throw badRequest(`Parameter: ${name} is not supported by integration subtype ${subtype}`);
    const fault = expressionFault(value, 'request');
    if (fault)
      throw badRequest(`Invalid mapping expression specified: Validation Result: warnings : [], errors : [${fault}]`);
  }
}

function checkResponse(parameters: Input['ResponseParameters']): void {
  for (const [status, changes] of Object.entries(parameters ?? {})) {
    if (!/^[2-5]\d\d$/.test(status)) throw badRequest(`Invalid selection key for response parameters: ${status}`);
    const fault = mappingFault(changes, 'response');
    if (fault) throw badRequest(fault);
  }
}
