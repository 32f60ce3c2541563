import type { HttpResponse } from '../http/exchange.ts';
import { compliant } from '../http/framing/classify.ts';
import { firewalls } from '../waf/firewalls.ts';
import { fixedResponse, generated, redirect } from './answers.ts';
import { chooseTarget, routable } from './choose.ts';
import type { ActionTable } from './configuration.ts';
import { blocks, classify, closes } from './desync.ts';
import { callFunction } from './lambda-target.ts';
import { matchRule } from './match-rule.ts';
import { proxy } from './proxy.ts';
import { cookieValue, readCookie, targetCookie, writeCookies } from './stickiness.ts';
import type { Target, TargetGroup } from './target-group.ts';
import type { Visit } from './visit.ts';

/** "HTTP 463": more addresses in X-Forwarded-For than a load balancer takes. */
const mostForwarders = 30;

/** A request at a listener: classified, matched to a rule, and answered by its action. */
export function serve(visit: Visit): Promise<HttpResponse> {
  const refusal = refuse(visit);
  if (refusal) return Promise.resolve(refusal);
  // Each promise that waits for another costs every request; most go through without waiting for one.
  const answered = isGuarded(visit) ? pastFirewall(visit) : answerByRule(visit);
  return visit.desync === compliant ? answered : ofDubious(visit, answered);
}

async function ofDubious(visit: Visit, answered: Promise<HttpResponse>): Promise<HttpResponse> {
  const answer = await answered;
  if (closes(visit.loadBalancer.attributes.desyncMode, visit.desync.class)) answer.headers.connection = 'close';
  return answer;
}

function answerByRule(visit: Visit): Promise<HttpResponse> {
  const { request, listener, hop, kernel } = visit;
  const rule = matchRule(listener.rules, request);
  if (!rule) throw new Error(`listener ${listener.arn} has no default rule`);
  visit.rule = rule;
  hop.note('listener', listener.port);
  hop.note('rule', rule.priority === 0 ? 'default' : rule.priority);
  const { action } = rule;
  visit.actions.push(action.type);
  if (action.type === 'fixed-response') return Promise.resolve(fixedResponse(action));
  if (action.type === 'forward') return forward(visit, action);
  const entry = { protocol: listener.protocol, port: listener.port, gatewayPort: kernel.addresses.httpPort };
  const answer = redirect(action, request, entry);
  visit.redirectUrl = String(answer.headers.location);
  return Promise.resolve(answer);
}

function isGuarded({ kernel, loadBalancer }: Visit): boolean {
  return kernel.engine(firewalls).guards(loadBalancer.arn);
}

/** Before any rule; `waf` stands in the access log whatever the web ACL decides. */
async function pastFirewall(visit: Visit): Promise<HttpResponse> {
  const { kernel, loadBalancer, request, hop } = visit;
  visit.actions.push('waf');
  const blocked = await kernel.engine(firewalls).inspect(loadBalancer.arn, request, hop);
  return blocked ? (blocked.response ?? generated(403)) : answerByRule(visit);
}

function refuse(visit: Visit): HttpResponse | undefined {
  const { request, loadBalancer } = visit;
  visit.desync = classify(request);
  if (blocks(loadBalancer.attributes.desyncMode, visit.desync.class)) {
    visit.hop.note('desync', visit.desync.reason);
    const answer = generated(400);
    answer.headers.connection = 'close';
    return answer;
  }
  const forwarders = request.headers['x-forwarded-for'];
  if (forwarders !== undefined && forwarders.split(',').length > mostForwarders) return generated(463);
  return undefined;
}

function forward(visit: Visit, action: ActionTable & { type: 'forward' }): Promise<HttpResponse> {
  const { group, cookies } = chooseGroup(visit, action);
  visit.group = group;
  const target = group ? (stickyTarget(visit, group) ?? chooseTarget(visit.kernel, group, visit)) : undefined;
  if (!group || !target) {
    visit.hop.note('noTarget', group ? 'no registered target could take it' : 'no target group has any weight');
    return Promise.resolve(generated(503));
  }
  visit.target = target;
  visit.hop.note('targetGroup', group.table.dimension.split('/')[1] ?? '');
  visit.hop.note('target', target.table.address ? `${target.table.id}:${target.table.port}` : target.table.id);
  const answered = group.table.targetType === 'lambda' ? callFunction(visit, group, target) : proxy(visit, target);
  if (cookies.length === 0 && !group.table.stickiness) return answered;
  return withCookies(visit, { group, target, cookies, answered });
}

interface Sticky {
  group: TargetGroup;
  target: Target;
  cookies: string[];
  answered: Promise<HttpResponse>;
}

async function withCookies(visit: Visit, { group, target, cookies, answered }: Sticky): Promise<HttpResponse> {
  const answer = await answered;
  if (visit.targetStatus !== undefined) {
    cookies.push(...targetCookies(visit, group, target, answer));
    if (cookies.length > 0) answer.headers['set-cookie'] = [...listed(answer.headers['set-cookie']), ...cookies];
  }
  return answer;
}

/** By weight, or the group that the cookie of an earlier answer names ("Target group stickiness"). */
function chooseGroup(
  visit: Visit,
  { groups, stickySeconds }: ActionTable & { type: 'forward' },
): { group: TargetGroup | undefined; cookies: string[] } {
  const { kernel, request, loadBalancer } = visit;
  const [only] = groups;
  if (groups.length === 1 && only) return { group: visit.groups.get(only.arn), cookies: [] };
  const name = 'AWSALBTG';
  const sticky =
    stickySeconds === undefined ? undefined : readCookie(kernel, loadBalancer.arn, request.headers.cookie, name);
  const arn = groups.some((group) => group.arn === sticky && group.weight > 0)
    ? sticky
    : byWeight(kernel.ids.random(), groups);
  if (arn === undefined) return { group: undefined, cookies: [] };
  const cookies =
    stickySeconds === undefined
      ? []
      : writeCookies(kernel, loadBalancer.arn, { name, value: arn, seconds: stickySeconds });
  return { group: visit.groups.get(arn), cookies };
}

function byWeight(chance: number, groups: readonly { arn: string; weight: number }[]): string | undefined {
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance * total;
  for (const { arn, weight } of groups) {
    left -= weight;
    if (left < 0) return arn;
  }
  return undefined;
}

/** The target that the client's cookie names, as long as it may take requests. */
function stickyTarget(visit: Visit, group: TargetGroup): Target | undefined {
  const name = targetCookie(group);
  if (name === undefined) return undefined;
  const { kernel, loadBalancer, request } = visit;
  const cookie = request.headers.cookie;
  const { stickiness } = group.table;
  // Without the application's own cookie its twin counts for nothing ("Application-based stickiness").
  if (stickiness?.type === 'app_cookie' && cookieValue(cookie, stickiness.cookieName) === undefined) return undefined;
  const key =
    readCookie(kernel, loadBalancer.arn, cookie, name) ?? readCookie(kernel, loadBalancer.arn, cookie, `${name}CORS`);
  const target = key === undefined ? undefined : group.find(key);
  if (!target || !routable(group, undefined).includes(target)) return undefined;
  visit.hop.note('sticky', true);
  return target;
}

function targetCookies(visit: Visit, group: TargetGroup, target: Target, answer: HttpResponse): string[] {
  const { stickiness } = group.table;
  const name = targetCookie(group);
  if (!stickiness || stickiness.type === 'source_ip' || name === undefined) return [];
  if (stickiness.type === 'app_cookie') {
    const set = listed(answer.headers['set-cookie']).some((cookie) => cookie.startsWith(`${stickiness.cookieName}=`));
    const kept = cookieValue(visit.request.headers.cookie, stickiness.cookieName) !== undefined;
    if (!set && !kept) return [];
  }
  return writeCookies(visit.kernel, visit.loadBalancer.arn, {
    name,
    value: target.key,
    seconds: stickiness.durationSeconds,
  });
}

function listed(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
