import type { IssuedCredentials } from '../../../kernel/authorizer.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { FunctionVersion } from '../state.ts';
import type { Places } from './workers.ts';

export interface EnvironmentPlace {
  region: string;
  logGroup: string;
  logStream: string;
  runtimeApi: string;
  /** Of a function in a VPC: where AWS's API is from there. */
  endpoints: Record<string, string> | undefined;
  /** Name of the merged layers' folder in the code store. */
  layers: string | undefined;
}

/** What a process finds where: its code, its layers. Laid over /var/task and /opt where the sandbox allows. */
export function foldersOf(version: FunctionVersion, places: Places, layers: string | undefined) {
  const task = `${places.code}/${version.codeHash}`;
  const opt = layers && `${places.code}/${layers}`;
  if (!places.mounts) return { task, opt: opt ?? '/opt', mounts: [] };
  const mounts = [[task, '/var/task'], ...(opt ? [[opt, '/opt']] : [])];
  return { task: '/var/task', opt: '/opt', mounts };
}

/** "Defined runtime environment variables" of the Lambda Developer Guide; nothing of the runtime's own environment. */
export function environmentVariables(
  kernel: Kernel,
  version: FunctionVersion,
  options: { places: Places; place: EnvironmentPlace; credentials: IssuedCredentials },
): Record<string, string> {
  const { places, place, credentials } = options;
  const { task, opt } = foldersOf(version, places, place.layers);
  const logging = version.LoggingConfig;
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: `${places.node.replace(/\/node$/, '')}:/usr/local/bin:/usr/bin:/bin:${opt}/bin`,
    LD_LIBRARY_PATH: `${task}:${task}/lib:${opt}/lib`,
    NODE_PATH: `${opt}/nodejs/node24/node_modules:${opt}/nodejs/node_modules:${places.modules}:${task}`,
    PYTHONPATH: `${opt}/python`,
    HOME: places.tmp,
    TMPDIR: places.tmp,
    ...(place.endpoints ?? { AWS_ENDPOINT_URL: kernel.addresses.apiUrl }),
    ...version.Environment?.Variables,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_EXECUTION_ENV: `AWS_Lambda_${version.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: version.FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: version.Version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: place.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    ...(logging?.LogFormat === 'JSON'
      ? { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: logging.ApplicationLogLevel ?? 'INFO' }
      : { AWS_LAMBDA_LOG_FORMAT: 'Text' }),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    LAMBDA_TASK_ROOT: task,
    LAMBDA_RUNTIME_DIR: places.bootstrap,
    _HANDLER: version.Handler ?? '',
  };
}

/** Variables that a process only heeds when it starts: with them it cannot have been started ahead. */
export function startEnvironment(version: FunctionVersion): Record<string, string> {
  const start: Record<string, string> = {};
  for (const [name, value] of Object.entries(version.Environment?.Variables ?? {})) {
    if (name.startsWith('NODE_') && name !== 'NODE_ENV' && name !== 'NODE_PATH') start[name] = value;
  }
  return start;
}
