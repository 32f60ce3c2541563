import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { refused } from '../../../kernel/errors.ts';
import { invalidInput } from '../errors.ts';

const endpointTypes = ['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP'];

/** "HealthCheckConfig", Amazon Route 53 API Reference: which settings a type takes, and their defaults. */
export function checkedConfig(config: HealthCheckConfig): HealthCheckConfig {
  const type = String(config.Type);
  if (type === 'RECOVERY_CONTROL')
    throw refused('route53 health check of Type RECOVERY_CONTROL', 'routing controls are not run.');
  if (config.MeasureLatency) throw refused('route53 health check with MeasureLatency', 'there is no latency graph.');
  if (endpointTypes.includes(type)) return { ...endpoint(config, type), Inverted: config.Inverted ?? false };
  if (config.RequestInterval !== undefined)
    throw invalidInput(`RequestInterval is not for health checks of type ${type}`);
  if (type === 'CALCULATED') checkCalculated(config);
  else if (type === 'CLOUDWATCH_METRIC') {
    if (!config.AlarmIdentifier?.Name || !config.AlarmIdentifier.Region)
      throw invalidInput('AlarmIdentifier is required for health checks of type CLOUDWATCH_METRIC');
  } else throw invalidInput(`Invalid health check type ${type}`);
  return { ...config, Inverted: config.Inverted ?? false };
}

function endpoint(config: HealthCheckConfig, type: string): HealthCheckConfig {
  const { RequestInterval = 30, FailureThreshold = 3 } = config;
  if (!config.IPAddress && !config.FullyQualifiedDomainName)
    throw invalidInput('Invalid parameter : one of IPAddress or FullyQualifiedDomainName is required');
  if (RequestInterval !== 10 && RequestInterval !== 30)
    throw invalidInput(`Invalid request interval: ${RequestInterval}`);
  if (FailureThreshold < 1 || FailureThreshold > 10)
    throw invalidInput(`Invalid failure threshold: ${FailureThreshold}`);
  const searches = type.endsWith('STR_MATCH');
  if (searches !== (config.SearchString !== undefined && config.SearchString !== ''))
    throw invalidInput(`SearchString is ${searches ? 'required' : 'not allowed'} for health checks of type ${type}`);
  if (type === 'TCP' && config.ResourcePath) throw invalidInput('ResourcePath is not for health checks of type TCP');
  if (type === 'TCP' && config.Port === undefined) throw invalidInput('Port is required for health checks of type TCP');
  if (config.Regions && config.Regions.length < 3) throw invalidInput('At least three Regions are needed');
  const secure = type.startsWith('HTTPS');
  return {
    ...config,
    RequestInterval,
    FailureThreshold,
    Port: config.Port ?? (secure ? 443 : 80),
    ...(secure ? { EnableSNI: config.EnableSNI ?? true } : {}),
    MeasureLatency: false,
  };
}

function checkCalculated(config: HealthCheckConfig): void {
  const children = config.ChildHealthChecks ?? [];
  if (children.length > 256) throw invalidInput('A calculated health check has at most 256 children');
  if (config.HealthThreshold === undefined || config.HealthThreshold < 0 || config.HealthThreshold > 256)
    throw invalidInput('HealthThreshold must be from 0 to 256 for health checks of type CALCULATED');
}
