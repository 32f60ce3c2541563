import type { CreateTargetGroupCommandInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { refused } from '../../../kernel/errors.ts';
import { validationError } from '../errors.ts';
import { isFlow, type TargetGroupRecord } from '../state.ts';

type Settings = Pick<
  TargetGroupRecord,
  | 'HealthCheckEnabled'
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'HttpCode'
>;

type Given = Partial<
  Pick<
    CreateTargetGroupCommandInput,
    | 'HealthCheckEnabled'
    | 'HealthCheckProtocol'
    | 'HealthCheckPort'
    | 'HealthCheckPath'
    | 'HealthCheckIntervalSeconds'
    | 'HealthCheckTimeoutSeconds'
    | 'HealthyThresholdCount'
    | 'UnhealthyThresholdCount'
    | 'Matcher'
  >
>;

/** "Health check settings": defaults and ranges of Application Load Balancers. */
export function healthCheckOf(
  given: Given,
  before: Settings | undefined,
  { TargetType, Protocol }: Pick<TargetGroupRecord, 'TargetType' | 'Protocol'>,
): Settings {
  const lambda = TargetType === 'lambda';
  const flow = isFlow(Protocol);
  // Application Load Balancers as targets are asked, not only connected to.
  const mayConnect = flow && TargetType !== 'alb';
  const HealthCheckProtocol = given.HealthCheckProtocol ?? before?.HealthCheckProtocol ?? (mayConnect ? 'TCP' : 'HTTP');
  const connects = HealthCheckProtocol === 'TCP' && mayConnect;
  if (HealthCheckProtocol !== 'HTTP' && HealthCheckProtocol !== 'HTTPS' && !connects)
    throw validationError(
      `Health check protocol '${HealthCheckProtocol}' must be one of ${mayConnect ? "'TCP', " : ''}'HTTP', 'HTTPS'`,
    );
  const settings: Settings = {
    HealthCheckEnabled: given.HealthCheckEnabled ?? before?.HealthCheckEnabled ?? !lambda,
    HealthCheckProtocol: HealthCheckProtocol as Settings['HealthCheckProtocol'],
    HealthCheckPort: given.HealthCheckPort ?? before?.HealthCheckPort ?? 'traffic-port',
    HealthCheckPath: given.HealthCheckPath ?? before?.HealthCheckPath ?? '/',
    HealthCheckIntervalSeconds:
      given.HealthCheckIntervalSeconds ?? before?.HealthCheckIntervalSeconds ?? (lambda ? 35 : 30),
    HealthCheckTimeoutSeconds:
      given.HealthCheckTimeoutSeconds ?? before?.HealthCheckTimeoutSeconds ?? timeoutOf({ lambda, flow, connects }),
    HealthyThresholdCount: given.HealthyThresholdCount ?? before?.HealthyThresholdCount ?? 5,
    UnhealthyThresholdCount: given.UnhealthyThresholdCount ?? before?.UnhealthyThresholdCount ?? 2,
    HttpCode: given.Matcher?.HttpCode ?? before?.HttpCode ?? (flow ? '200-399' : '200'),
  };
  if (given.Matcher?.GrpcCode) throw refused('elbv2 parameter Matcher.GrpcCode', 'targets are asked over HTTP/1.1.');
  check(settings, lambda);
  return settings;
}

/** "HealthCheckTimeoutSeconds": by what is asked, and of whom. */
function timeoutOf({ lambda, flow, connects }: Record<'lambda' | 'flow' | 'connects', boolean>): number {
  if (lambda) return 30;
  if (connects) return 10;
  return flow ? 6 : 5;
}

function check(settings: Settings, lambda: boolean): void {
  if (lambda && settings.HealthCheckEnabled)
    throw refused(
      'elbv2 parameter HealthCheckEnabled',
      'functions are not checked; their failures are answered with 502.',
    );
  if (!lambda && !settings.HealthCheckEnabled)
    throw validationError("Health check enabled must be true for target groups with target type 'instance' or 'ip'");
  within('interval', settings.HealthCheckIntervalSeconds, 5, 300);
  within('timeout', settings.HealthCheckTimeoutSeconds, 2, 120);
  within('healthy threshold count', settings.HealthyThresholdCount, 2, 10);
  within('unhealthy threshold count', settings.UnhealthyThresholdCount, 2, 10);
  // TCP checks of Network Load Balancers may take the whole interval: theirs are 10 seconds each at the least.
  const longest = settings.HealthCheckIntervalSeconds - (settings.HealthCheckProtocol === 'TCP' ? 0 : 1);
  if (settings.HealthCheckTimeoutSeconds > longest)
    throw validationError('Health check interval must be greater than the timeout.');
  const port = settings.HealthCheckPort;
  if (port !== 'traffic-port' && !(Number(port) >= 1 && Number(port) <= 65_535))
    throw validationError(`Health check port '${port}' must be 'traffic-port' or a number between 1 and 65535`);
  if (!settings.HealthCheckPath.startsWith('/') || settings.HealthCheckPath.length > 1024)
    throw validationError("Health check path must begin with a '/' character and have at most 1024 characters");
  for (const part of settings.HttpCode.split(',')) {
    if (!/^\s*[2-4]\d\d(-[2-4]\d\d)?\s*$/.test(part))
      throw validationError(`Health check matcher HTTP code '${settings.HttpCode}' must be within '200-499' inclusive`);
  }
}

function within(name: string, value: number, low: number, high: number): void {
  if (value < low || value > high)
    throw validationError(`Health check ${name} '${value}' must be in the range ${low} to ${high}`);
}
