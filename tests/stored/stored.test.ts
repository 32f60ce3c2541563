import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { loadServices } from '../../runtime/control-plane/service-folders.ts';
import type { Fidelity, ServiceDefinition } from '../../runtime/kernel/service.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { askOf } from './ask.ts';
import { allCases } from './cases.ts';
import { leaves, type StoredCases } from './stored-cases.ts';

/** "It runs, or it says no": what is called stored is told back by the operation that describes it. */
describe('what fidelity calls stored comes back', () => {
  let orrery: Orrery;
  let services: Map<string, ServiceDefinition>;

  before(async () => {
    orrery = await startOrrery();
    services = new Map((await loadServices()).map((service) => [service.name, service]));
  });
  after(() => orrery.stop());

  for (const cases of allCases) {
    test(`${cases.service}: properties of resource types`, async () => {
      const types = services.get(cases.service)?.resources ?? [];
      await cases.before?.(askOf(orrery, cases.service));
      const ids = await deploy(orrery, cases);
      const missing: string[] = [];
      for (const { type, properties } of types) {
        const stored = storedPaths(properties);
        if (stored.length === 0) continue;
        const made = Object.entries(cases.resources).filter(([, { Type }]) => Type === type);
        const answers = await Promise.all(
          made.map(async ([logicalId]) => {
            const tell = cases.told[logicalId];
            return tell ? tell(askOf(orrery, cases.service), ids.get(logicalId) ?? '') : undefined;
          }),
        );
        for (const path of stored) {
          if (`${type}.${path}` in (cases.untold ?? {})) continue;
          const given = made.flatMap(([, { Properties }]) => at(withIds(Properties, ids), path));
          missing.push(...notTold(given, answers, cases).map((what) => `${type}.${path}: ${what}`));
        }
      }
      assert.deepEqual(missing, []);
    });

    test(`${cases.service}: parameters of operations`, async () => {
      const missing: string[] = [];
      const byOperation = new Map<string, string[]>();
      for (const key of storedPaths(services.get(cases.service)?.fidelity ?? {})) {
        const [operation = '', ...path] = key.split('.');
        byOperation.set(operation, [...(byOperation.get(operation) ?? []), path.join('.')]);
      }
      for (const [operation, paths] of byOperation) {
        const request = cases.requests[operation];
        const made = request ? await request(askOf(orrery, cases.service)) : undefined;
        for (const path of paths) {
          if (`${operation}.${path}` in (cases.untold ?? {})) continue;
          const given = made ? at(made.asked, path) : [];
          missing.push(...notTold(given, made?.told, cases).map((what) => `${operation}.${path}: ${what}`));
        }
      }
      assert.deepEqual(missing, []);
    });
  }

  test('every service that stores something has its cases', () => {
    const storing = [...services.values()].filter(
      ({ fidelity = {}, resources = [] }) =>
        storedPaths(fidelity).length > 0 || resources.some(({ properties }) => storedPaths(properties).length > 0),
    );
    const named = new Set(allCases.map(({ service }) => service));
    assert.deepEqual(
      storing.map(({ name }) => name).filter((name) => !named.has(name)),
      [],
    );
  });
});

/** What `Ref` of this stack stands for, by its id. */
function withIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((element) => withIds(element, ids));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, ...others } = value as Record<string, unknown>;
  if (typeof Ref === 'string' && Object.keys(others).length === 0) return ids.get(Ref) ?? Ref;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withIds(inner, ids)]));
}

function storedPaths(fidelities: Record<string, Fidelity>): string[] {
  return Object.entries(fidelities)
    .filter(([, fidelity]) => fidelity === 'stored')
    .map(([path]) => path);
}

/** Values at a dotted path, which elements of lists add nothing to. A list of {Key, Value} goes by its keys. */
function at(value: unknown, path: string): { name: string; value: unknown }[] {
  const reach = (inner: unknown, rest: string[], name: string): { name: string; value: unknown }[] => {
    if (inner === undefined || inner === null) return [];
    const [head, ...others] = rest;
    if (head === undefined) return [{ name, value: inner }];
    if (Array.isArray(inner)) return inner.flatMap((element) => reach(element, rest, name));
    // A word of AWS's that is declared by itself.
    if (typeof inner !== 'object') return inner === head && others.length === 0 ? [{ name, value: inner }] : [];
    const record = inner as Record<string, unknown>;
    const whole = rest.join('.');
    return record.Key === whole ? [{ name: whole, value: record.Value }] : reach(record[head], others, head);
  };
  return reach(value, path === '' ? [] : path.split('.'), '');
}

/** Names of what holds tags, which are told in many forms. */
const tagging = /Tags$|^TagSpecifications$/;

function notTold(given: { name: string; value: unknown }[], answer: unknown, { renamed }: StoredCases): string[] {
  if (given.length === 0) return ['no case gives it'];
  const told = leaves(answer);
  const pairs = new Set([...told.map(([path, value]) => pair(path.at(-1), value)), ...keysAndValues(answer)]);
  return given.flatMap(({ name, value }) => {
    const inside = tagging.test(name) ? [] : leaves(value, [name]);
    const wanted = [...inside.map(([path, leaf]) => pair(renamed?.[path.at(-1) ?? ''] ?? path.at(-1), leaf))];
    if (tagging.test(name)) wanted.push(...tagsOf(value));
    if (inside.length === 1 && inside[0]?.[0].length === 1) wanted.splice(0, 1, pair(renamed?.[name] ?? name, value));
    return wanted.filter((one) => !pairs.has(one)).map((one) => `${one} is not told`);
  });
}

function pair(name: string | undefined, value: unknown): string {
  return `${String(name).toLowerCase()}=${String(value)}`;
}

function tagsOf(value: unknown): string[] {
  if (Array.isArray(value)) return keysAndValues(value);
  return Object.entries(value as object).map(([key, tag]) => pair(key, tag));
}

/** What lists of {Key, Value} hold, wherever they are. */
function keysAndValues(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysAndValues);
  if (typeof value !== 'object' || value === null) return [];
  const record = value as Record<string, unknown>;
  const key = record.Key ?? record.key ?? record.TagKey;
  const own = key === undefined ? [] : [pair(String(key), record.Value ?? record.value ?? record.TagValue)];
  return [...own, ...Object.values(record).flatMap(keysAndValues)];
}

/** No longer than it takes: what the cases before it made lives through that time too. */
async function made(orrery: Orrery, client: CloudFormationClient, StackName: string): Promise<void> {
  for (let minutes = 0; minutes < 60; minutes += 1) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    if (!Stacks?.[0]?.StackStatus?.endsWith('IN_PROGRESS')) return;
    await orrery.clock.wind(60_000);
  }
}

/** Physical ids by logical ones. */
async function deploy(orrery: Orrery, { service, resources }: StoredCases): Promise<Map<string, string>> {
  if (Object.keys(resources).length === 0) return new Map();
  const client = orrery.client(CloudFormationClient);
  const StackName = `stored-${service}`;
  await client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify({ Resources: resources }),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      OnFailure: 'DO_NOTHING',
    }),
  );
  await made(orrery, client, StackName);
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }));
  const wrong = StackResources.filter(({ ResourceStatus }) => ResourceStatus !== 'CREATE_COMPLETE');
  if (wrong.length > 0) {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    const reasons = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
    assert.fail(reasons.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`).join('\n'));
  }
  return new Map(StackResources.map((each) => [each.LogicalResourceId ?? '', each.PhysicalResourceId ?? '']));
}
