import type { CreateFunctionCommandInput, UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter, validation } from '../errors.ts';
import { python, pythonMissing, runtimeKind } from '../runtimes.ts';
import type { FunctionVersion } from '../state.ts';
import { findLayerVersion } from './layers.ts';

type ConfigurationInput = Omit<UpdateFunctionConfigurationCommandInput, 'FunctionName' | 'RevisionId'> &
  Partial<Pick<CreateFunctionCommandInput, 'Architectures'>>;

/** Names that Lambda sets itself ("Reserved environment variables"). */
const reservedVariables = new Set(
  `_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_MEMORY_SIZE
   AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY
   AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR`.split(
    /\s+/,
  ),
);

/** What a configuration is when nothing is said ("CreateFunction"). */
const defaults = {
  Description: '',
  MemorySize: 128,
  Timeout: 3,
  PackageType: 'Zip',
  Architectures: ['x86_64'],
  TracingConfig: { Mode: 'PassThrough' },
  EphemeralStorage: { Size: 512 },
  SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
} as const;

/** The members that a request may set, checked, over what was there before or the defaults. */
export function configure(
  ctx: Context,
  name: string,
  input: ConfigurationInput,
  before?: FunctionVersion,
): Partial<FunctionVersion> {
  check(input);
  const runtime = input.Runtime ?? before?.Runtime;
  if (!runtime) throw invalidParameter('Runtime is mandatory for functions created with deployment packages.');
  if (runtimeKind(runtime) === 'python' && !ctx.engine(python).find()) throw pythonMissing();
  const handler = input.Handler ?? before?.Handler;
  if (!handler) throw invalidParameter('Handler is mandatory for functions created with deployment packages.');
  if (input.Role !== undefined) checkRole(ctx, name, input.Role);
  const base = before ?? { ...defaults, LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` } };
  const set = Object.fromEntries(
    (
      [
        'Role',
        'Description',
        'MemorySize',
        'Timeout',
        'Architectures',
        'TracingConfig',
        'EphemeralStorage',
        'KMSKeyArn',
      ] as const
    )
      .filter((member) => input[member] !== undefined)
      .map((member) => [member, input[member]]),
  );
  return {
    ...base,
    ...set,
    Runtime: runtime,
    Handler: handler,
    ...(input.Environment ? { Environment: environment(input.Environment.Variables ?? {}) } : {}),
    ...(input.DeadLetterConfig ? { DeadLetterConfig: deadLetter(input.DeadLetterConfig.TargetArn) } : {}),
    ...(input.Layers ? { Layers: layers(ctx, input.Layers) } : {}),
    ...(input.LoggingConfig ? { LoggingConfig: logging(name, input.LoggingConfig) } : {}),
  } as Partial<FunctionVersion>;
}

function check(input: ConfigurationInput): void {
  const violations: string[] = [];
  const range = (member: string, value: number | undefined, least: number, most: number): void => {
    if (value !== undefined && value < least)
      violations.push(
        `Value '${value}' at '${member}' failed to satisfy constraint: Member must have value greater than or equal to ${least}`,
      );
    if (value !== undefined && value > most)
      violations.push(
        `Value '${value}' at '${member}' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
      );
  };
  range('memorySize', input.MemorySize, 128, 10_240);
  range('timeout', input.Timeout, 1, 900);
  range('ephemeralStorage.size', input.EphemeralStorage?.Size, 512, 10_240);
  if (input.Description !== undefined && input.Description.length > 256)
    violations.push(
      `Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 256`,
    );
  if (input.Handler !== undefined && (input.Handler.length > 128 || /\s/.test(input.Handler)))
    violations.push(
      `Value '${input.Handler}' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+`,
    );
  if (input.Role !== undefined && !/^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/.test(input.Role))
    violations.push(
      `Value '${input.Role}' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+`,
    );
  if (violations.length > 0) throw validation(violations);
  if (input.VpcConfig?.Ipv6AllowedForDualStack)
    throw refused('Lambda parameter VpcConfig.Ipv6AllowedForDualStack', 'VPCs have IPv4 alone here.');
  if (input.FileSystemConfigs?.length) throw refused('Lambda parameter FileSystemConfigs');
  if (input.SnapStart?.ApplyOn === 'PublishedVersions')
    throw refused('Lambda parameter SnapStart with ApplyOn PublishedVersions');
}

function environment(Variables: Record<string, string>): { Variables: Record<string, string> } {
  for (const name of Object.keys(Variables)) {
    if (!/^[a-zA-Z]([a-zA-Z0-9_])+$/.test(name)) {
      throw validation([
        `Value '${JSON.stringify(Variables)}' at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]`,
      ]);
    }
    if (reservedVariables.has(name)) {
      throw invalidParameter(
        `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
      );
    }
  }
  const size = Buffer.byteLength(JSON.stringify(Variables));
  if (size > 5120) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${JSON.stringify(Variables)}`,
    );
  }
  return { Variables };
}

function deadLetter(TargetArn: string | undefined): { TargetArn: string } | undefined {
  if (!TargetArn) return undefined;
  if (!/^arn:[^:]*:(sqs|sns):/.test(TargetArn))
    throw invalidParameter(`The provided target ARN ${TargetArn} is not an SQS queue or SNS topic.`);
  return { TargetArn };
}

function layers(ctx: Context, arns: string[]): { Arn: string; CodeSize: number }[] {
  if (arns.length > 5) throw invalidParameter('Cannot reference more than 5 layers.');
  return arns.map((Arn) => {
    const layer = findLayerVersion(ctx, Arn);
    if (!layer || layer.deleted) throw invalidParameter(`Layer version ${Arn} does not exist.`);
    return { Arn, CodeSize: layer.CodeSize };
  });
}

function logging(name: string, config: NonNullable<ConfigurationInput['LoggingConfig']>) {
  const json = config.LogFormat === 'JSON';
  if (!json && (config.ApplicationLogLevel || config.SystemLogLevel)) {
    throw invalidParameter('ApplicationLogLevel and SystemLogLevel can only be set if LogFormat is JSON.');
  }
  const levels = json
    ? { ApplicationLogLevel: config.ApplicationLogLevel ?? 'INFO', SystemLogLevel: config.SystemLogLevel ?? 'INFO' }
    : {};
  return { LogFormat: config.LogFormat ?? 'Text', ...levels, LogGroup: config.LogGroup ?? `/aws/lambda/${name}` };
}

/** The role must trust Lambda now, not only when it runs. */
function checkRole(ctx: Context, name: string, roleArn: string): void {
  const by = servicePrincipal('lambda.amazonaws.com', ctx.account);
  try {
    ctx.engine(authorization).current?.assumeRole(ctx.as({ principal: by }), { roleArn, sessionName: name, by });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
  }
}
