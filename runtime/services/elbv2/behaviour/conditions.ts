import { isIP } from 'node:net';
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { refused } from '../../../kernel/errors.ts';
import { validationError } from '../errors.ts';

/** "Condition types for listener rules": checked, and in the form in which they are told again. */
export function normalConditions(conditions: readonly RuleCondition[]): RuleCondition[] {
  if (conditions.length === 0) throw validationError('A rule must have at least one condition');
  const normal = conditions.map(normalCondition);
  for (const field of ['host-header', 'path-pattern', 'http-request-method', 'source-ip'])
    if (normal.filter((condition) => condition.Field === field).length > 1)
      throw validationError(`A rule can only have one '${field}' condition`);
  const values = normal.flatMap(valuesOf);
  if (values.length > 5) throw validationError('A rule can have at most 5 condition values');
  if (values.join('').replace(/[^*?]/g, '').length > 6) throw validationError('A rule can have at most 6 wildcards');
  return normal;
}

export function valuesOf(condition: RuleCondition): string[] {
  const query = condition.QueryStringConfig?.Values ?? [];
  const config =
    condition.HostHeaderConfig ??
    condition.PathPatternConfig ??
    condition.HttpHeaderConfig ??
    condition.HttpRequestMethodConfig ??
    condition.SourceIpConfig;
  return config ? (config.Values ?? []) : query.map(({ Key = '', Value = '' }) => (Key ? `${Key}=${Value}` : Value));
}

function normalCondition(condition: RuleCondition): RuleCondition {
  refuseRegex(condition);
  const { Field } = condition;
  switch (Field) {
    case 'host-header': {
      const Values = some(condition.HostHeaderConfig?.Values ?? condition.Values, Field);
      for (const value of Values)
        check(/^[A-Za-z0-9.*?-]{1,128}$/.test(value), `The host name '${value}' is not valid`);
      return { Field, Values, HostHeaderConfig: { Values } };
    }
    case 'path-pattern': {
      const Values = some(condition.PathPatternConfig?.Values ?? condition.Values, Field);
      for (const value of Values)
        check(
          /^[A-Za-z0-9_.$/~"'@:+&()!,;=*?\\-]{1,128}$/.test(value) && /^[/*?]/.test(value),
          `The path pattern '${value}' is not valid`,
        );
      return { Field, Values, PathPatternConfig: { Values } };
    }
    case 'http-header': {
      const { HttpHeaderName = '' } = condition.HttpHeaderConfig ?? {};
      check(
        /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$/.test(HttpHeaderName),
        `The header name '${HttpHeaderName}' is not valid`,
      );
      check(HttpHeaderName.toLowerCase() !== 'host', "Use a 'host-header' condition for the Host header");
      return { Field, HttpHeaderConfig: { HttpHeaderName, Values: some(condition.HttpHeaderConfig?.Values, Field) } };
    }
    case 'http-request-method': {
      const Values = some(condition.HttpRequestMethodConfig?.Values, Field);
      for (const value of Values) check(/^[A-Z_-]{1,40}$/.test(value), `The HTTP method '${value}' is not valid`);
      return { Field, HttpRequestMethodConfig: { Values } };
    }
    case 'query-string': {
      const Values = condition.QueryStringConfig?.Values ?? [];
      check(Values.length > 0, "A 'query-string' condition must have at least one value");
      for (const { Value } of Values)
        check(Value !== undefined && Value.length <= 128, 'A query string value must be specified');
      return { Field, QueryStringConfig: { Values } };
    }
    case 'source-ip': {
      const Values = some(condition.SourceIpConfig?.Values, Field);
      for (const value of Values) check(isCidr(value), `The CIDR block '${value}' is not valid`);
      return { Field, SourceIpConfig: { Values } };
    }
    default:
      throw validationError(
        `Condition field '${Field}' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'`,
      );
  }
}

function refuseRegex(condition: RuleCondition): void {
  const regexes =
    condition.RegexValues ??
    condition.HostHeaderConfig?.RegexValues ??
    condition.PathPatternConfig?.RegexValues ??
    condition.HttpHeaderConfig?.RegexValues;
  if (regexes?.length) throw refused('elbv2 parameter Conditions.RegexValues', 'use Values with wildcards.');
}

function some(values: string[] | undefined, field: string): string[] {
  if (!values || values.length === 0) throw validationError(`A '${field}' condition must have at least one value`);
  for (const value of values)
    check(value.length >= 1 && value.length <= 128, `A '${field}' value must have 1 to 128 characters`);
  return values;
}

function isCidr(value: string): boolean {
  const [address = '', length = ''] = value.split('/');
  const family = isIP(address);
  return family !== 0 && /^\d+$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
}

function check(holds: boolean, message: string): void {
  if (!holds) throw validationError(message);
}
