import { AwsError } from '../../kernel/errors.ts';
import type { HttpResponse } from '../http/exchange.ts';
import { evaluate } from './expression.ts';
import type { IntegrationAttempt, IntegrationOutcome } from './integration.ts';
import { integrationPrincipal } from './integration-role.ts';
import { type ServiceAction, serviceActions } from './service-actions.ts';

/**
 * First-class integrations ("Create AWS service integrations for HTTP APIs"): each request parameter is a member of the
 * operation's input, and the integration's role asks.
 */
export async function callService(attempt: IntegrationAttempt): Promise<IntegrationOutcome> {
  const { kernel, exchange, integration, match, body, signal } = attempt;
  const { api, hop } = exchange;
  const action = serviceActions[integration.subtype ?? ''];
  if (!action) throw new Error(`An integration of subtype ${integration.subtype} was compiled`);
  const parameters: Record<string, string> = {};
  for (const { name, value } of integration.request) {
    const found = evaluate(value, { exchange, body, pathParameters: match.pathParameters });
    if (found !== undefined) parameters[name] = found;
  }
  const sourceArn = `arn:aws:execute-api:${api.region}:${api.account}:${api.apiId}/${exchange.stage.stageName}`;
  try {
    const principal = integrationPrincipal(kernel, api, { credentialsArn: integration.credentialsArn, sourceArn });
    const ctx = kernel.context({ principal, region: parameters.Region ?? api.region, trace: hop });
    const output = await ctx.call(action.service, action.operation, action.input(parameters), { signal });
    return { answered: true, response: { status: 200, ...action.answer(output, ctx.requestId) } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    hop.note('integrationError', `${error.code}: ${error.message}`);
    return { answered: true, response: failure(action, error) };
  }
}

/** The service's own refusal goes to the client as it is. */
function failure(action: ServiceAction, error: AwsError): HttpResponse {
  return { status: error.status, ...action.refusal(error) };
}
