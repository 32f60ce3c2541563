import type {
  DeleteLoggingConfigurationCommandInput,
  GetLoggingConfigurationCommandInput,
  ListLoggingConfigurationsCommandInput,
  LoggingConfiguration,
  PutLoggingConfigurationCommandInput,
} from '@aws-sdk/client-wafv2';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { deploy } from '../behaviour/deployment.ts';
import { checkScope } from '../behaviour/entities.ts';
import { invalidParameter, logDestinationPermission, nonexistent } from '../errors.ts';
import { byArn, loggingConfigurations, webAcls } from '../state.ts';

export async function PutLoggingConfiguration(ctx: Context, input: PutLoggingConfigurationCommandInput) {
  const given = input.LoggingConfiguration;
  const acl = byArn(ctx, webAcls, given?.ResourceArn ?? '');
  if (!given || !acl) throw nonexistent();
  if (given.LogScope !== undefined && given.LogScope !== 'CUSTOMER')
    throw refused(`wafv2 parameter LoggingConfiguration.LogScope ${given.LogScope}`);
  checkRedacted(given);
  await checkDestination(ctx, given.LogDestinationConfigs ?? []);
  const kept: LoggingConfiguration = {
    ResourceArn: acl.ARN,
    LogDestinationConfigs: given.LogDestinationConfigs,
    RedactedFields: given.RedactedFields,
    ManagedByFirewallManager: false,
    LoggingFilter: given.LoggingFilter,
    LogType: 'WAF_LOGS',
    LogScope: 'CUSTOMER',
  };
  loggingConfigurations(ctx, acl).put(acl.ARN, JSON.parse(JSON.stringify(kept)) as LoggingConfiguration);
  deploy(ctx, acl);
  return { LoggingConfiguration: kept };
}

export function GetLoggingConfiguration(ctx: Context, input: GetLoggingConfigurationCommandInput) {
  return { LoggingConfiguration: find(ctx, input.ResourceArn).found };
}

export function DeleteLoggingConfiguration(ctx: Context, input: DeleteLoggingConfigurationCommandInput) {
  const { acl } = find(ctx, input.ResourceArn);
  loggingConfigurations(ctx, acl).delete(acl.ARN);
  deploy(ctx, acl);
  return {};
}

export function ListLoggingConfigurations(ctx: Context, input: ListLoggingConfigurationsCommandInput) {
  const scope = checkScope(ctx, input.Scope);
  const all = loggingConfigurations(ctx, ctx).values();
  return {
    LoggingConfigurations: all.filter(({ ResourceArn }) => byArn(ctx, webAcls, ResourceArn ?? '')?.Scope === scope),
  };
}

function find(ctx: Context, arn: string | undefined) {
  const acl = byArn(ctx, webAcls, arn ?? '');
  const found = acl && loggingConfigurations(ctx, acl).get(acl.ARN);
  if (!acl || !found) throw nonexistent();
  return { acl, found };
}

/** "RedactedFields": only these components can be left out. */
function checkRedacted({ RedactedFields = [] }: LoggingConfiguration): void {
  for (const field of RedactedFields)
    if (!field.UriPath && !field.QueryString && !field.SingleHeader && !field.Method)
      throw invalidParameter('FIELD_TO_MATCH', Object.keys(field).join(), 'The field cannot be redacted.');
}

/** "You can associate one logging destination to a web ACL"; its name begins with aws-waf-logs-. It has to be there. */
async function checkDestination(ctx: Context, destinations: readonly string[]): Promise<void> {
  const [arn = ''] = destinations;
  const [, , service = '', region = '', , ...rest] = arn.split(':');
  const name = service === 'logs' ? rest[1] : rest[0];
  if (destinations.length !== 1 || !name?.startsWith('aws-waf-logs-') || (service === 'logs' && region !== ctx.region))
    throw invalidParameter(
      'LOG_DESTINATION',
      arn,
      "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.",
    );
  if (service === 'firehose')
    throw refused('wafv2 log destination Amazon Data Firehose', 'log to a log group or to a bucket.');
  try {
    if (service === 's3') await ctx.call('s3', 'HeadBucket', { Bucket: name.split('/')[0] });
    else await ctx.call('logs', 'DescribeLogStreams', { logGroupName: name, limit: 1 });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw logDestinationPermission(
      `You don't have the permissions that are required to perform this operation: ${error.message}`,
    );
  }
}
