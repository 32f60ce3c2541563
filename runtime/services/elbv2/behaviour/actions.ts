import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import {
  incompatibleProtocols,
  targetGroupAssociationLimit,
  targetGroupNotFound,
  tooMany,
  validationError,
} from '../errors.ts';
import { forwardedTo, isFlow, targetGroups, usersOf } from '../state.ts';

/** "Rule action types": the one action, with what AWS fills in. Groups have to exist and be no other load balancer's. */
export function normalActions(ctx: Context, actions: readonly Action[], loadBalancerArn: string): Action[] {
  if (actions.length !== 1) refuseMany(actions);
  const action = actions[0];
  if (!action)
    throw validationError(
      'A listener or rule must have exactly one of the action types forward, redirect and fixed-response',
    );
  const normal = [normalAction(action)];
  const network = loadBalancerArn.includes(':loadbalancer/net/');
  if (network && action.Type !== 'forward')
    throw validationError("The action type of a Network Load Balancer's listener must be 'forward'");
  for (const arn of forwardedTo(normal)) {
    const group = targetGroups(ctx, ctx).get(arn);
    if (!group) throw targetGroupNotFound();
    if (isFlow(group.Protocol) !== network) throw incompatibleProtocols(arn);
    if (usersOf(ctx, ctx, arn).some((user) => user !== loadBalancerArn)) throw targetGroupAssociationLimit(arn);
  }
  return normal;
}

function refuseMany(actions: readonly Action[]): void {
  for (const { Type } of actions) refuseType(String(Type));
  if (actions.length > 1) throw tooMany('TooManyActions', "You've reached the limit on the number of actions per rule");
}

function refuseType(type: string): void {
  if (/^authenticate-|^jwt-validation$/.test(type))
    throw refused(
      `elbv2 parameter Actions.Type = ${type}`,
      'load balancers here do not sign users in; do it in the application.',
    );
}

function normalAction(action: Action): Action {
  refuseType(String(action.Type));
  const order = action.Order === undefined ? {} : { Order: action.Order };
  switch (action.Type) {
    case 'forward':
      return { ...forward(action), ...order };
    case 'redirect':
      return { Type: 'redirect', ...order, RedirectConfig: redirect(action) };
    case 'fixed-response':
      return { Type: 'fixed-response', ...order, FixedResponseConfig: fixedResponse(action) };
    default:
      throw validationError(
        `1 validation error detected: Value '${action.Type}' at 'actions.1.member.type' failed to satisfy constraint: Member must satisfy enum value set: [redirect, fixed-response, forward, authenticate-oidc, authenticate-cognito]`,
      );
  }
}

function forward({ TargetGroupArn, ForwardConfig }: Action): Action {
  const groups = ForwardConfig?.TargetGroups ?? (TargetGroupArn ? [{ TargetGroupArn }] : []);
  if (groups.length === 0) throw validationError('A target group ARN must be specified');
  if (groups.length > 5)
    throw tooMany('TooManyTargetGroups', "You've reached the limit on the number of target groups per action");
  if (TargetGroupArn && ForwardConfig && !(groups.length === 1 && groups[0]?.TargetGroupArn === TargetGroupArn))
    throw validationError('You cannot specify both a target group ARN and a list of target groups that differ');
  for (const { Weight } of groups) {
    if (Weight !== undefined && (Weight < 0 || Weight > 999))
      throw validationError(`Target group weight '${Weight}' must be between 0 and 999`);
  }
  const sticky = ForwardConfig?.TargetGroupStickinessConfig;
  const seconds = sticky?.DurationSeconds;
  if (sticky?.Enabled && (seconds === undefined || seconds < 1 || seconds > 604_800))
    throw validationError('Target group stickiness duration must be between 1 and 604800 seconds');
  const only = groups.length === 1 ? groups[0]?.TargetGroupArn : undefined;
  return {
    Type: 'forward',
    ...(only ? { TargetGroupArn: only } : {}),
    ForwardConfig: {
      TargetGroups: groups.map(({ TargetGroupArn: arn, Weight }) => ({ TargetGroupArn: arn, Weight: Weight ?? 1 })),
      TargetGroupStickinessConfig: {
        Enabled: sticky?.Enabled ?? false,
        ...(seconds === undefined ? {} : { DurationSeconds: seconds }),
      },
    },
  };
}

function redirect({ RedirectConfig: config }: Action): Action['RedirectConfig'] {
  if (!config) throw validationError('A redirect action must have a redirect configuration');
  const { StatusCode, Protocol = '#{protocol}', Port = '#{port}', Host = '#{host}', Path = '/#{path}' } = config;
  const { Query = '#{query}' } = config;
  if (StatusCode !== 'HTTP_301' && StatusCode !== 'HTTP_302')
    throw validationError(`Redirect status code '${StatusCode}' must be HTTP_301 or HTTP_302`);
  if (!/^(HTTP|HTTPS|#\{protocol\})$/.test(Protocol))
    throw validationError("Redirect protocol must be 'HTTP', 'HTTPS' or '#{protocol}'");
  if (Port !== '#{port}' && !(Number(Port) >= 1 && Number(Port) <= 65_535))
    throw validationError("Redirect port must be between 1 and 65535 or '#{port}'");
  if (!Path.startsWith('/')) throw validationError("Redirect path must start with a '/'");
  const same =
    Protocol === '#{protocol}' &&
    Port === '#{port}' &&
    Host === '#{host}' &&
    Path === '/#{path}' &&
    Query === '#{query}';
  if (same) throw validationError('The redirect configuration is not valid because it creates a loop.');
  return { Protocol, Port, Host, Path, Query, StatusCode };
}

const contentTypes = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'];

function fixedResponse({ FixedResponseConfig: config }: Action): Action['FixedResponseConfig'] {
  if (!config) throw validationError('A fixed-response action must have a fixed response configuration');
  const { StatusCode = '', ContentType, MessageBody } = config;
  if (!/^[245]\d\d$/.test(StatusCode))
    throw validationError(`The status code '${StatusCode}' of a fixed response must be 2XX, 4XX or 5XX`);
  if (ContentType !== undefined && !contentTypes.includes(ContentType))
    throw validationError(`The content type must be one of: ${contentTypes.join(', ')}`);
  if ((MessageBody ?? '').length > 1024) throw validationError('The message body must have at most 1024 characters');
  return {
    StatusCode,
    ...(ContentType === undefined ? {} : { ContentType }),
    ...(MessageBody === undefined ? {} : { MessageBody }),
  };
}
