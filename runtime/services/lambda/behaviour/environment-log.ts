import type { FunctionVersion } from '../state.ts';

export interface InvocationReport {
  durationMs: number;
  initDurationMs: number | undefined;
  maxMemoryBytes: number | undefined;
  status: 'success' | 'error' | 'timeout';
  errorType: string | undefined;
  traceHeader: string;
}

/** The lines Lambda itself writes, as text or JSON ("Log formats" in "Working with Lambda function logs"). */
export class PlatformLines {
  readonly #version: FunctionVersion;
  readonly #now: () => number;

  constructor(version: FunctionVersion, now: () => number) {
    this.#version = version;
    this.#now = now;
  }

  get #json(): boolean {
    return this.#version.LoggingConfig?.LogFormat === 'JSON';
  }

  initStart(): string[] {
    const version = `${this.#version.Runtime}:orrery`;
    if (this.#json) {
      return this.#event('INFO', 'platform.initStart', {
        initializationType: 'on-demand',
        phase: 'init',
        runtimeVersion: version,
        functionName: this.#version.FunctionName,
        functionVersion: this.#version.Version,
      });
    }
    return [`INIT_START Runtime Version: ${version}\tRuntime Version ARN: arn:aws:lambda:::runtime:orrery`];
  }

  initReport(report: { durationMs: number; status: 'error' | 'timeout'; errorType: string | undefined }): string[] {
    const { durationMs, status, errorType } = report;
    if (this.#json) {
      const metrics = { durationMs: rounded(durationMs) };
      return this.#event('WARN', 'platform.initReport', {
        initializationType: 'on-demand',
        phase: 'init',
        status,
        errorType,
        metrics,
      });
    }
    const type = errorType ? `\tError Type: ${errorType}` : '';
    return [`INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\tStatus: ${status}${type}`];
  }

  start(requestId: string): string[] {
    if (this.#json) return this.#event('INFO', 'platform.start', { requestId, version: this.#version.Version });
    return [`START RequestId: ${requestId} Version: ${this.#version.Version}`];
  }

  failed(requestId: string, message: string, errorType: string): string[] {
    if (this.#json) return [];
    if (errorType === 'Sandbox.Timedout') return [`${new Date(this.#now()).toISOString()} ${requestId} ${message}`];
    return [`RequestId: ${requestId} Error: ${message}`, errorType];
  }

  end(requestId: string, report: InvocationReport): string[] {
    return this.#json
      ? this.#jsonReport(requestId, report)
      : [`END RequestId: ${requestId}`, this.#textReport(requestId, report)];
  }

  #textReport(requestId: string, report: InvocationReport): string {
    const { MemorySize } = this.#version;
    const init = report.initDurationMs;
    const parts = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${report.durationMs.toFixed(2)} ms`,
      `Billed Duration: ${billed(report)} ms`,
      `Memory Size: ${MemorySize} MB`,
      `Max Memory Used: ${megabytes(report, MemorySize)} MB`,
      ...(init === undefined ? [] : [`Init Duration: ${init.toFixed(2)} ms`]),
      ...(report.status === 'success' ? [] : [`Status: ${report.status}`]),
      ...(report.status === 'error' && report.errorType ? [`Error Type: ${report.errorType}`] : []),
    ];
    return `${parts.join('\t')}\t`;
  }

  #jsonReport(requestId: string, report: InvocationReport): string[] {
    const { MemorySize } = this.#version;
    const metrics = {
      durationMs: rounded(report.durationMs),
      billedDurationMs: billed(report),
      memorySizeMB: MemorySize,
      maxMemoryUsedMB: megabytes(report, MemorySize),
      ...(report.initDurationMs === undefined ? {} : { initDurationMs: rounded(report.initDurationMs) }),
    };
    const record = {
      requestId,
      metrics,
      status: report.status,
      ...(report.errorType ? { errorType: report.errorType } : {}),
    };
    return this.#event(report.status === 'success' ? 'INFO' : 'WARN', 'platform.report', record);
  }

  /** System log events have levels too: DEBUG and INFO events are left out at WARN ("Log-level filtering"). */
  #event(level: 'INFO' | 'WARN', type: string, record: object): string[] {
    const least = this.#version.LoggingConfig?.SystemLogLevel ?? 'INFO';
    if (level === 'INFO' && least === 'WARN') return [];
    return [JSON.stringify({ time: new Date(this.#now()).toISOString(), type, record })];
  }
}

/** Since August 2025 the init phase is billed too ("AWS Lambda standardizes billing for INIT Phase"). */
export function billed({ durationMs, initDurationMs }: InvocationReport): number {
  return Math.max(1, Math.ceil(durationMs + (initDurationMs ?? 0)));
}

function megabytes({ maxMemoryBytes }: InvocationReport, limit: number): number {
  return Math.min(limit, Math.max(1, Math.ceil((maxMemoryBytes ?? 0) / 2 ** 20)));
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
