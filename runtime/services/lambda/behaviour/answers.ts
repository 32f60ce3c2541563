import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { FunctionVersion } from '../state.ts';

/** A version as operations answer it; its ARN carries the qualifier it was asked by. */
export function answerOf(version: FunctionVersion, qualifier?: string): FunctionConfiguration {
  const { codeHash: _, ...configuration } = version;
  return {
    ...configuration,
    ...(qualifier === undefined ? {} : { FunctionArn: `${unqualified(version.FunctionArn)}:${qualifier}` }),
    RuntimeVersionConfig: { RuntimeVersionArn: `arn:aws:lambda:::runtime:${version.Runtime}` },
  };
}

/** 2026-11-21T06:00:00.000+0000, as Lambda writes times in text. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

function unqualified(arn: string): string {
  return arn.split(':').slice(0, 7).join(':');
}
