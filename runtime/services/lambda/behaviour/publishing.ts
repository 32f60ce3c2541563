import type { Context } from '../../../kernel/service.ts';
import { functionNotFound, invalidParameter, preconditionFailed } from '../errors.ts';
import { functionArn } from '../function-names.ts';
import { type FunctionVersion, functions, versions } from '../state.ts';

export interface PublishRequest {
  CodeSha256?: string | undefined;
  Description?: string | undefined;
  RevisionId?: string | undefined;
}

/** A numbered snapshot of $LATEST; none when nothing changed since the last ("PublishVersion"). */
export function publish(ctx: Context, name: string, request: PublishRequest): FunctionVersion {
  const record = functions(ctx).get(name);
  if (!record) throw functionNotFound(functionArn(ctx, name));
  const { latest } = record;
  if (request.RevisionId && request.RevisionId !== latest.RevisionId) throw preconditionFailed();
  if (request.CodeSha256 && request.CodeSha256 !== latest.CodeSha256) {
    throw invalidParameter(
      `CodeSHA256 (${request.CodeSha256}) is different from current CodeSHA256 in $LATEST (${latest.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  const previous = versions(ctx).get(`${name}:${record.nextVersion - 1}`);
  if (previous && sameAs(previous, latest)) return previous;
  const Version = String(record.nextVersion);
  const version: FunctionVersion = {
    ...latest,
    Version,
    FunctionArn: functionArn(ctx, name, Version),
    RevisionId: ctx.ids.uuid(),
    ...(request.Description ? { Description: request.Description } : {}),
  };
  versions(ctx).put(`${name}:${Version}`, version);
  functions(ctx).put(name, { ...record, nextVersion: record.nextVersion + 1 });
  return version;
}

function sameAs(published: FunctionVersion, latest: FunctionVersion): boolean {
  return contentOf(published) === contentOf(latest);
}

function contentOf({
  Version,
  FunctionArn,
  RevisionId,
  LastModified,
  Description,
  ...content
}: FunctionVersion): string {
  void [Version, FunctionArn, RevisionId, LastModified, Description];
  return JSON.stringify(Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1)));
}
