import type {
  AddListenerCertificatesCommandInput,
  CreateListenerCommandInput,
  DeleteListenerCommandInput,
  DescribeListenerAttributesCommandInput,
  DescribeListenerCertificatesCommandInput,
  DescribeListenersCommandInput,
  DescribeSSLPoliciesCommandInput,
  Listener,
  ModifyListenerAttributesCommandInput,
  ModifyListenerCommandInput,
  RemoveListenerCertificatesCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { alb } from '../../../data-planes/alb/alb.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { normalActions } from '../behaviour/actions.ts';
import { changeAttributes, listAttributes } from '../behaviour/attributes.ts';
import { checkCertificates } from '../behaviour/certificates.ts';
import { deployByArn } from '../behaviour/deployment.ts';
import { findListener, findLoadBalancer } from '../behaviour/find.ts';
import { listenerAttributes } from '../behaviour/listener-attributes.ts';
import { certificatesFor, endsTls, policyFor, protocolOf, refuseSettings } from '../behaviour/listener-protocols.ts';
import { pageOf } from '../behaviour/pages.ts';
import { sslPolicies } from '../behaviour/ssl-policies.ts';
import { duplicateListener, operationNotPermitted, sslPolicyNotFound, tooMany, validationError } from '../errors.ts';
import { elbArn, type ListenerRecord, listeners, listenersOf, rules, rulesOf } from '../state.ts';

export async function CreateListener(ctx: Context, input: CreateListenerCommandInput) {
  const { LoadBalancerArn, Type } = findLoadBalancer(ctx, input.LoadBalancerArn);
  const Protocol = protocolOf(input.Protocol, Type);
  refuseSettings(input, Protocol);
  const Port = portOf(input.Port);
  const Certificates = await certificatesFor(ctx, Protocol, input);
  if (listenersOf(ctx, ctx, LoadBalancerArn).some((listener) => listener.Port === Port)) throw duplicateListener();
  if (listenersOf(ctx, ctx, LoadBalancerArn).length >= 50)
    throw tooMany('TooManyListeners', "You've reached the limit on the number of listeners per load balancer");
  const path = `${LoadBalancerArn.split('loadbalancer/')[1]}/${ctx.ids.hex(16)}`;
  const record: ListenerRecord = {
    ListenerArn: elbArn(ctx, `listener/${path}`),
    LoadBalancerArn,
    Port,
    Protocol,
    SslPolicy: policyFor(Protocol, input.SslPolicy),
    Certificates,
    DefaultActions: normalActions(ctx, input.DefaultActions ?? [], LoadBalancerArn),
    attributes: {},
    Tags: input.Tags ?? [],
    defaultRuleArn: elbArn(ctx, `listener-rule/${path}/${ctx.ids.hex(16)}`),
    ...(input.AlpnPolicy ? { AlpnPolicy: input.AlpnPolicy } : {}),
  };
  await putInPlace(ctx, record, undefined);
  return { Listeners: [describe(record)] };
}

function portOf(port: number | undefined): number {
  if (port === undefined) throw validationError('A listener port must be specified');
  if (port < 1 || port > 65_535) throw validationError(`The port '${port}' must be between 1 and 65535`);
  return port;
}

export function DescribeListeners(ctx: Context, input: DescribeListenersCommandInput) {
  const { LoadBalancerArn, ListenerArns = [] } = input;
  if (LoadBalancerArn === undefined && ListenerArns.length === 0)
    throw validationError('You must specify either listener ARNs or a load balancer ARN');
  const chosen =
    LoadBalancerArn === undefined
      ? ListenerArns.map((arn) => findListener(ctx, arn))
      : listenersOf(ctx, ctx, findLoadBalancer(ctx, LoadBalancerArn).LoadBalancerArn);
  const { page, NextMarker } = pageOf(chosen, ({ ListenerArn }) => ListenerArn, input);
  return { Listeners: page.map(describe), NextMarker };
}

/** Those that this machine can tell the ciphers of; a listener may name others of AWS's, too. */
export function DescribeSSLPolicies(_ctx: Context, input: DescribeSSLPoliciesCommandInput) {
  const all = sslPolicies();
  for (const name of input.Names ?? []) if (!all.some(({ Name }) => Name === name)) throw sslPolicyNotFound(name);
  const asked = input.Names?.length ? all.filter(({ Name = '' }) => input.Names?.includes(Name)) : all;
  const type = input.LoadBalancerType;
  const chosen = asked.filter((one) => type === undefined || one.SupportedLoadBalancerTypes?.includes(type));
  const { page, NextMarker } = pageOf(chosen, ({ Name = '' }) => Name, input);
  return { SslPolicies: page, NextMarker };
}

export async function ModifyListener(ctx: Context, input: ModifyListenerCommandInput) {
  const before = findListener(ctx, input.ListenerArn);
  const { Type } = findLoadBalancer(ctx, before.LoadBalancerArn);
  const Protocol = input.Protocol === undefined ? before.Protocol : protocolOf(input.Protocol, Type);
  refuseSettings(input, Protocol);
  const Port = input.Port === undefined ? before.Port : portOf(input.Port);
  const kept = Protocol === before.Protocol && input.Certificates === undefined;
  const Certificates = kept ? before.Certificates : await certificatesFor(ctx, Protocol, input);
  const taken = listenersOf(ctx, ctx, before.LoadBalancerArn).some(
    (other) => other.ListenerArn !== before.ListenerArn && other.Port === Port,
  );
  if (taken) throw duplicateListener();
  const record: ListenerRecord = {
    ...before,
    Port,
    Protocol,
    Certificates: kept ? Certificates : [...Certificates, ...before.Certificates.slice(1)],
    SslPolicy: policyFor(Protocol, input.SslPolicy ?? before.SslPolicy),
    DefaultActions:
      input.DefaultActions === undefined
        ? before.DefaultActions
        : normalActions(ctx, input.DefaultActions, before.LoadBalancerArn),
  };
  await putInPlace(ctx, record, before);
  return { Listeners: [describe(record)] };
}

export function DeleteListener(ctx: Context, { ListenerArn }: DeleteListenerCommandInput) {
  const record = findListener(ctx, ListenerArn);
  for (const { RuleArn } of rulesOf(ctx, ctx, record.ListenerArn)) rules(ctx, ctx).delete(RuleArn);
  listeners(ctx, ctx).delete(record.ListenerArn);
  deployByArn(ctx, ctx, record.LoadBalancerArn);
  return {};
}

/** "SNI certificates": kept beside the default one; TLS ends in front of the load balancer, which picks by name. */
export async function AddListenerCertificates(ctx: Context, input: AddListenerCertificatesCommandInput) {
  const certificates = input.Certificates ?? [];
  await checkCertificates(ctx, certificates);
  const record = findListener(ctx, input.ListenerArn);
  if (!endsTls(record.Protocol))
    throw operationNotPermitted('Certificates can be added only to HTTPS and TLS listeners');
  const known = new Set(record.Certificates.map(({ CertificateArn }) => CertificateArn));
  const added = certificates
    .filter(({ CertificateArn }) => !known.has(CertificateArn))
    .map(({ CertificateArn }) => ({ CertificateArn }));
  keep(ctx, { ...record, Certificates: [...record.Certificates, ...added] });
  return { Certificates: certificates.map(({ CertificateArn }) => ({ CertificateArn, IsDefault: false })) };
}

export function RemoveListenerCertificates(ctx: Context, input: RemoveListenerCertificatesCommandInput) {
  const record = findListener(ctx, input.ListenerArn);
  const arns = (input.Certificates ?? []).map(({ CertificateArn }) => CertificateArn);
  const [first, ...others] = record.Certificates;
  if (first && arns.includes(first.CertificateArn))
    throw operationNotPermitted('The default certificate of a listener cannot be removed');
  const left = others.filter(({ CertificateArn }) => !arns.includes(CertificateArn));
  keep(ctx, { ...record, Certificates: first ? [first, ...left] : left });
  return {};
}

export function DescribeListenerCertificates(ctx: Context, input: DescribeListenerCertificatesCommandInput) {
  const { Certificates } = findListener(ctx, input.ListenerArn);
  const all = Certificates.map(({ CertificateArn }, index) => ({ CertificateArn, IsDefault: index === 0 }));
  const { page, NextMarker } = pageOf(all, ({ CertificateArn = '' }) => CertificateArn, input);
  return { Certificates: page, NextMarker };
}

export function DescribeListenerAttributes(ctx: Context, input: DescribeListenerAttributesCommandInput) {
  const { Protocol, attributes } = findListener(ctx, input.ListenerArn);
  return { Attributes: listAttributes(listenerAttributes(Protocol), attributes) };
}

export function ModifyListenerAttributes(ctx: Context, input: ModifyListenerAttributesCommandInput) {
  const record = findListener(ctx, input.ListenerArn);
  const known = listenerAttributes(record.Protocol);
  const attributes = changeAttributes(known, record.attributes, input.Attributes ?? []);
  keep(ctx, { ...record, attributes });
  return { Attributes: listAttributes(known, attributes) };
}

/** A Network Load Balancer listens at a port of this machine, which may not let it. */
async function putInPlace(ctx: Context, record: ListenerRecord, before: ListenerRecord | undefined): Promise<void> {
  keep(ctx, record);
  try {
    await ctx.engine(alb).opened(record.LoadBalancerArn);
  } catch (error) {
    if (before) listeners(ctx, ctx).put(before.ListenerArn, before);
    else listeners(ctx, ctx).delete(record.ListenerArn);
    deployByArn(ctx, ctx, record.LoadBalancerArn);
    throw refused(
      `elbv2 listener at port ${record.Port}`,
      `this machine does not let it: ${(error as Error).message}.`,
    );
  }
}

function keep(ctx: Context, record: ListenerRecord): void {
  listeners(ctx, ctx).put(record.ListenerArn, record);
  deployByArn(ctx, ctx, record.LoadBalancerArn);
}

function describe(record: ListenerRecord): Listener {
  const { attributes: _attributes, Tags: _tags, defaultRuleArn: _rule, Certificates, SslPolicy, ...rest } = record;
  if (!endsTls(record.Protocol)) return rest;
  return {
    ...rest,
    Certificates: Certificates.slice(0, 1),
    ...(SslPolicy === undefined ? {} : { SslPolicy }),
    MutualAuthentication: { Mode: 'off' },
  };
}
