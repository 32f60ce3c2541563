// What breaks under load, and what became of every request: part of web-classic.test.ts.
import assert from 'node:assert/strict';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBClustersCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { databases } from '../../runtime/engines/databases/databases.ts';
import { eventually } from './system-fixture.ts';
import type { Restaurant } from './web-classic.fixture.ts';

interface Outcome {
  sentMs: number;
  failed: boolean;
}

/** Guests who order and look at hours, one after the other each, until they are told to go home. */
export class Guests {
  readonly #restaurant: Restaurant;
  readonly outcomes: Outcome[] = [];
  #open = true;
  #heard: (() => void) | undefined;
  readonly #visits: Promise<void>[];

  constructor(restaurant: Restaurant, count: number) {
    this.#restaurant = restaurant;
    this.#visits = Array.from({ length: count }, (_, guest) => this.#stay(guest));
  }

  async #stay(guest: number): Promise<void> {
    for (let turn = 0; this.#open; turn += 1) {
      const sentMs = performance.now();
      const asked =
        turn % 2 === 0
          ? this.#restaurant.order()
          : this.#restaurant.visit(`/api/reservations/hours?guest=${guest}&turn=${turn}`);
      const status = await asked.then((answer) => answer.status).catch(() => 0);
      this.outcomes.push({ sentMs, failed: status === 0 || status >= 500 });
      this.#heard?.();
      // People think before they click again.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Until so many more of their requests have come to an end. */
  async more(count: number): Promise<void> {
    const wanted = this.outcomes.length + count;
    while (this.outcomes.length < wanted) await new Promise<void>((resolve) => (this.#heard = resolve));
  }

  async goHome(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#visits);
  }
}

export interface Failure {
  requests: number;
  failed: number;
  /** From the failure to the last request that failed; 0 when none did. */
  recoveredMs: number;
  lost: number;
}

/** Breaks something under load, waits until it is whole again and still serves, and says what became of the requests. */
export async function measure(
  restaurant: Restaurant,
  { breakIt, whole }: { breakIt(): Promise<void>; whole(): Promise<unknown> },
): Promise<Failure> {
  const guests = new Guests(restaurant, 4);
  const before = restaurant.placed.length;
  await guests.more(40);
  const brokenMs = performance.now();
  await breakIt();
  await whole();
  await guests.more(80);
  await guests.goHome();
  const failed = guests.outcomes.filter((outcome) => outcome.failed);
  const lastMs = Math.max(brokenMs, ...failed.map(({ sentMs }) => sentMs));
  let lost = 0;
  let last = '';
  for (const id of restaurant.placed.slice(before)) {
    let looks = 0;
    const found = await eventually(`the site says whether it has order ${id}`, async () => {
      // Another query each time: the edge keeps an error for a second.
      looks += 1;
      const { status, text } = await restaurant.visit(`/api/orders/${id}?look=${looks}`);
      if (status >= 500) last = `${status} ${text.slice(0, 500)}`;
      return status < 500 ? status : undefined;
    }).catch((error) => assert.fail(`${error.message}: ${last}`));
    if (found !== 200) lost += 1;
  }
  return { requests: guests.outcomes.length, failed: failed.length, recoveredMs: Math.round(lastMs - brokenMs), lost };
}

/** Every instance of a zone, from one moment to the next. */
export async function killZone(restaurant: Restaurant, zone: string): Promise<string[]> {
  const ec2 = restaurant.client(EC2Client);
  const Filters = [
    { Name: 'availability-zone', Values: [zone] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  const InstanceIds = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
  assert.ok(InstanceIds.length > 0);
  await ec2.send(new StopInstancesCommand({ InstanceIds, Force: true }));
  return InstanceIds;
}

/** Two instances in service again, in two zones, none of them among `gone`. */
export function fleetIsWhole(restaurant: Restaurant, gone: string[]): Promise<unknown> {
  const scaling = restaurant.client(AutoScalingClient);
  const elb = restaurant.client(ElasticLoadBalancingV2Client);
  return eventually(
    'two instances in two zones are in service again',
    async () => {
      const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
      const serving =
        AutoScalingGroups[0]?.Instances?.filter(({ LifecycleState }) => LifecycleState === 'InService') ?? [];
      const zones = new Set(serving.map(({ AvailabilityZone }) => AvailabilityZone));
      if (zones.size < 2 || serving.some(({ InstanceId = '' }) => gone.includes(InstanceId))) return undefined;
      for (const TargetGroupArn of AutoScalingGroups[0]?.TargetGroupARNs ?? []) {
        const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
        const healthy = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy');
        if (healthy.length < 2) return undefined;
      }
      return true;
    },
    120_000,
  );
}

export async function activities(restaurant: Restaurant): Promise<string[]> {
  const AutoScalingGroupName = restaurant.value('AutoScalingGroupName');
  const { Activities = [] } = await restaurant
    .client(AutoScalingClient)
    .send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }));
  return Activities.map(({ Cause = '' }) => Cause);
}

/** The database's password, as Secrets Manager has it. */
export async function databasePassword(restaurant: Restaurant): Promise<string> {
  const secrets = restaurant.client(SecretsManagerClient);
  const { SecretString = '{}' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: await databaseSecret(restaurant) }),
  );
  return JSON.parse(SecretString).password;
}

export async function rotatePassword(restaurant: Restaurant): Promise<void> {
  const secrets = restaurant.client(SecretsManagerClient);
  await secrets.send(new RotateSecretCommand({ SecretId: await databaseSecret(restaurant) }));
}

async function databaseSecret(restaurant: Restaurant): Promise<string> {
  const { SecretList = [] } = await restaurant.client(SecretsManagerClient).send(new ListSecretsCommand({}));
  return SecretList.find(({ Name }) => Name?.includes('DatabaseCluster'))?.ARN ?? assert.fail('no secret');
}

async function cluster(restaurant: Restaurant) {
  const DBClusterIdentifier = restaurant.value('ClusterIdentifier');
  const { DBClusters = [] } = await restaurant
    .client(RDSClient)
    .send(new DescribeDBClustersCommand({ DBClusterIdentifier }));
  return DBClusters[0];
}

export async function writerOf(restaurant: Restaurant): Promise<string> {
  const members = (await cluster(restaurant))?.DBClusterMembers ?? [];
  return members.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier ?? '';
}

/** The process of the database server, with the signal that nobody can catch. */
export async function killWriter(restaurant: Restaurant): Promise<void> {
  const group = restaurant.kernel.engine(databases).group((await cluster(restaurant))?.DbClusterResourceId ?? '');
  const pid = group?.pid(await writerOf(restaurant));
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
}
