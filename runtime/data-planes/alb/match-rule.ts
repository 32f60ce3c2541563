import { BlockList, isIPv4 } from 'node:net';
import type { HttpRequest } from '../http/exchange.ts';
import { awsName } from '../http/hosts.ts';
import type { ConditionTable, RuleTable } from './configuration.ts';

/** The first rule by priority whose conditions are all met; the default rule has none. */
export function matchRule(rules: readonly RuleTable[], request: HttpRequest): RuleTable | undefined {
  return rules.find(({ conditions }) => conditions.every((condition) => meets(request, condition)));
}

/** "Condition types for listener rules": each condition is met by any of its values. */
function meets(request: HttpRequest, condition: ConditionTable): boolean {
  switch (condition.field) {
    case 'host-header': {
      const host = awsName(request.headers.host ?? request.host);
      return condition.values.some((value) => value(host));
    }
    case 'path-pattern': {
      const path = pathOf(request.url);
      return condition.values.some((value) => value(path));
    }
    case 'http-header': {
      const header = request.headers[condition.name];
      return header !== undefined && condition.values.some((value) => value(header));
    }
    case 'http-request-method':
      return condition.values.includes(request.method);
    case 'query-string': {
      const pairs = queryPairs(request.url);
      return condition.values.some(({ key, value }) =>
        pairs.some(([name, given]) => value(given) && (key === undefined || key(name))),
      );
    }
    case 'source-ip':
      return listOf(condition.values).check(request.client.ip, isIPv4(request.client.ip) ? 'ipv4' : 'ipv6');
  }
}

export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

export function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}

/** As sent: load balancers compare and hand on query strings without decoding them. */
export function queryPairs(url: string): [string, string][] {
  const query = queryOf(url);
  if (query === '') return [];
  return query.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
  });
}

const lists = new WeakMap<readonly string[], BlockList>();

function listOf(cidrs: readonly string[]): BlockList {
  let list = lists.get(cidrs);
  if (!list) {
    list = new BlockList();
    for (const cidr of cidrs) {
      const [base = '', length = ''] = cidr.split('/');
      const family = isIPv4(base) ? 'ipv4' : 'ipv6';
      list.addSubnet(base, Number(length), family);
    }
    lists.set(cidrs, list);
  }
  return list;
}
