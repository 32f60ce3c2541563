import { formatArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { validationError } from '../errors.ts';
import type { Tag } from '../state.ts';

/** Names as "IAM and AWS STS quotas" (IAM User Guide) limits them. `member` is the parameter's name in lower camel case. */
export function checkName(value: string | undefined, member: string, maxLength: number): string {
  const name = value ?? '';
  if (name.length < 1) throw validationError(name, member, 'Member must have length greater than or equal to 1');
  if (name.length > maxLength)
    throw validationError(name, member, `Member must have length less than or equal to ${maxLength}`);
  if (!/^[\w+=,.@-]+$/.test(name)) {
    throw validationError(name, member, 'Member must satisfy regular expression pattern: [\\w+=,.@-]+');
  }
  return name;
}

export function checkPath(path: string | undefined): string {
  if (path === undefined) return '/';
  if (path.length > 512) throw validationError(path, 'path', 'Member must have length less than or equal to 512');
  if (!/^(\/|\/[!-~]+\/)$/.test(path)) {
    throw validationError(
      path,
      'path',
      'Member must satisfy regular expression pattern: (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)',
    );
  }
  return path;
}

export function iamArn(account: string, kind: string, path: string, name: string): string {
  return formatArn('iam', '', account, `${kind}${path}${name}`);
}

/** AIDA… of users, AROA… of roles, AGPA, ANPA, AIPA ("IAM identifiers", IAM User Guide). */
export function uniqueId(ctx: Context, prefix: 'AIDA' | 'AROA' | 'AGPA' | 'ANPA' | 'AIPA'): string {
  return prefix + ctx.ids.upper(17);
}

export function checkTags(tags: { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tag[] {
  const checked = (tags ?? []).map(({ Key = '', Value = '' }, index) => {
    if (Key.length < 1 || Key.length > 128) {
      throw validationError(Key, `tags.${index + 1}.member.key`, 'Member must have length between 1 and 128');
    }
    if (Value.length > 256) {
      throw validationError(
        Value,
        `tags.${index + 1}.member.value`,
        'Member must have length less than or equal to 256',
      );
    }
    return { Key, Value };
  });
  const keys = new Set(checked.map(({ Key }) => Key.toLowerCase()));
  if (keys.size < checked.length) throw duplicateTags();
  if (checked.length > 50)
    throw validationError(String(checked.length), 'tags', 'Member must have length less than or equal to 50');
  return checked;
}

function duplicateTags(): Error {
  return validationError('', 'tags', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
}

/** IAM tells and keeps its dates in whole seconds. */
export function wholeSecond(ctx: Context): number {
  return Math.floor(ctx.clock.now() / 1000) * 1000;
}
