import { join } from 'node:path';
import type { AutoScalingGroup, CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { AaaaRecord, ARecord, CfnHealthCheck, PublicHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget, LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { bundledCode, projectFolder } from '../constructs/bundled-code.ts';
import { suppress } from '../constructs/nag.ts';
import { RestaurantDatabase } from '../constructs/restaurant-database.ts';
import { RestaurantBuckets, RestaurantEdge } from '../constructs/restaurant-edge.ts';
import { RestaurantFleet } from '../constructs/restaurant-fleet.ts';
import { originHeader, RestaurantFront, type RestaurantFrontOptions } from '../constructs/restaurant-front.ts';
import { RestaurantNetwork } from '../constructs/restaurant-network.ts';
import { type Notifier, watchRestaurant } from '../constructs/restaurant-watch.ts';
import { SiteFiles } from '../constructs/site-files.ts';
import { TypescriptFunction } from '../constructs/typescript-function.ts';
import { WebFirewall } from '../constructs/web-firewall.ts';

const appFolder = join(projectFolder, 'app');
const ports = { orders: 8081, reservations: 8082, content: 8083 };
const timeZone = 'Europe/London';

/**
 * `web-classic`: a site behind a CDN and a firewall, services on instances behind a load balancer, a relational
 * database in two zones, and mail. Context: `domainName`, `adminEmail`, `alarmEmail`.
 */
export class WebClassic extends Stack {
  private readonly domainName = this.context('domainName') ?? 'slackwater.example';
  private readonly siteName = `www.${this.domainName}`;
  private readonly originName = `origin.${this.domainName}`;
  private readonly sender = `orders@${this.domainName}`;
  private readonly adminEmail = this.context('adminEmail') ?? `desk@${this.domainName}`;

  constructor(scope: Construct, id: string, props?: StackProps) {
    // The certificate and the firewall of a distribution live in us-east-1, so all of it does.
    super(scope, id, {
      description: 'Restaurant site with orders, reservations and a desk: CDN, load balancer, instances, Aurora, mail',
      env: { region: 'us-east-1' },
      ...props,
    });
    const zone = new PublicHostedZone(this, 'Zone', { zoneName: this.domainName });
    // The registrar names its servers, and the records that prove the certificate would keep it from being deleted.
    zone.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const certificate = new Certificate(this, 'Certificate', {
      domainName: this.siteName,
      subjectAlternativeNames: [this.originName],
      validation: CertificateValidation.fromDns(zone),
    });
    const network = new RestaurantNetwork(this, 'Network');
    const database = new RestaurantDatabase(this, 'Database', network);
    const buckets = new RestaurantBuckets(this, 'Site');
    const fleet = this.fleet({ network, database, buckets });
    const front = this.front({ network, certificate, fleet: fleet.group, logs: buckets.logs });
    const distribution = this.edge({ zone, certificate, front, buckets });
    const mail = this.mail(zone);
    const notifier = this.orderNotifier(mail);
    const report = this.monthlyReport(mail, { network, database });
    watchRestaurant(this, {
      front,
      fleet: fleet.group,
      cluster: database.cluster,
      notifier,
      report,
      distribution,
      siteHealth: this.siteHealth(fleet.group),
      email: this.context('alarmEmail'),
    });
    this.output({
      SiteUrl: `https://${this.siteName}`,
      SiteDomain: this.siteName,
      LoadBalancerDns: front.balancer.loadBalancerDnsName,
      AutoScalingGroupName: fleet.group.autoScalingGroupName,
      ClusterEndpoint: database.cluster.clusterEndpoint.hostname,
      ClusterIdentifier: database.cluster.clusterIdentifier,
      AdminEmail: this.adminEmail,
    });
  }

  private fleet({ network, database, buckets }: FleetParts): RestaurantFleet {
    const admin = new Secret(this, 'Admin', {
      description: 'Who may sign in at the desk: {email, password}',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ email: this.adminEmail }),
        generateStringKey: 'password',
        excludePunctuation: true,
      },
    });
    suppress(
      admin,
      'AwsSolutions-SMG4',
      'A person types it: it is changed by that person, and by a restart taken over.',
    );
    const data = { DATABASE_SECRET_ID: database.secret.secretArn };
    return new RestaurantFleet(this, 'Fleet', {
      network,
      services: {
        orders: { port: ports.orders, environment: data },
        reservations: { port: ports.reservations, environment: { ...data, RESTAURANT_TIME_ZONE: timeZone } },
        content: {
          port: ports.content,
          environment: {
            ...data,
            RESTAURANT_TIME_ZONE: timeZone,
            MEDIA_BUCKET: buckets.media.bucketName,
            SITE_URL: `https://${this.siteName}`,
            ADMIN_SECRET_ID: admin.secretArn,
          },
        },
      },
      statements: [
        mayRead('ReadSecrets', database.secret, admin),
        new PolicyStatement({ sid: 'Announce', actions: ['events:PutEvents'], resources: [this.busArn()] }),
        new PolicyStatement({
          sid: 'KeepPictures',
          actions: ['s3:PutObject', 's3:GetObject'],
          resources: [buckets.media.arnForObjects('media/*')],
        }),
        new PolicyStatement({ sid: 'ListPictures', actions: ['s3:ListBucket'], resources: [buckets.media.bucketArn] }),
      ],
    });
  }

  private front(parts: Omit<RestaurantFrontOptions, 'routes'>): RestaurantFront {
    const front = new RestaurantFront(this, 'Front', {
      ...parts,
      routes: [
        { name: 'Reservations', port: ports.reservations, paths: ['/api/reservations', '/api/reservations/*'] },
        { name: 'Orders', port: ports.orders, paths: ['/api/orders', '/api/orders/*'] },
        // What nobody knows as well: it says so in the site's own words.
        { name: 'Content', port: ports.content, paths: ['*'] },
      ],
    });
    const firewall = new WebFirewall(this, 'FrontFirewall', {
      scope: 'REGIONAL',
      groups: { AWSManagedRulesKnownBadInputsRuleSet: [] },
      floodLimit: 5_000,
      clientAddressHeader: 'X-Forwarded-For',
    });
    new CfnWebACLAssociation(this, 'FrontFirewallAssociation', {
      webAclArn: firewall.arn,
      resourceArn: front.balancer.loadBalancerArn,
    });
    return front;
  }

  private edge({ zone, certificate, front, buckets }: EdgeParts): Distribution {
    const firewall = new WebFirewall(this, 'EdgeFirewall', {
      scope: 'CLOUDFRONT',
      groups: {
        AWSManagedRulesAmazonIpReputationList: [],
        AWSManagedRulesCommonRuleSet: [],
        AWSManagedRulesKnownBadInputsRuleSet: [],
        AWSManagedRulesSQLiRuleSet: [],
      },
      floodLimit: 2_000,
    });
    const { distribution } = new RestaurantEdge(this, 'Edge', {
      siteName: this.siteName,
      certificate,
      webAclArn: firewall.arn,
      buckets,
      origin: { name: this.originName, header: originHeader, secret: front.originSecret },
    });
    new SiteFiles(this, 'SiteFiles', { folder: join(appFolder, 'site'), bucket: buckets.site, distribution });
    const site = { zone, recordName: 'www', target: RecordTarget.fromAlias(new CloudFrontTarget(distribution)) };
    new ARecord(this, 'SiteRecord', site);
    new AaaaRecord(this, 'SiteRecordV6', site);
    const origin = RecordTarget.fromAlias(new LoadBalancerTarget(front.balancer));
    new ARecord(this, 'OriginRecord', { zone, recordName: 'origin', target: origin });
    return distribution;
  }

  /** The domain may send, and an admin outside it has to say yes to a mail from SES first. */
  private mail(zone: PublicHostedZone): Mail {
    const domain = new EmailIdentity(this, 'SenderDomain', { identity: Identity.publicHostedZone(zone) });
    const identities = [domain.emailIdentityArn];
    if (!this.adminEmail.endsWith(`@${this.domainName}`)) {
      const admin = new EmailIdentity(this, 'AdminAddress', { identity: Identity.email(this.adminEmail) });
      identities.push(admin.emailIdentityArn);
    }
    return {
      identities,
      environment: { ADMIN_EMAIL: this.adminEmail, SENDER_EMAIL: this.sender, RESTAURANT_TIME_ZONE: timeZone },
    };
  }

  private orderNotifier({ identities, environment }: Mail): Notifier {
    const timeout = Duration.seconds(10);
    const notifier = new TypescriptFunction(this, 'OrderNotifier', {
      description: 'Mails each new order to the admin',
      code: bundledCode(join(appFolder, 'functions/order-notifier/handler.ts')),
      timeout,
      memoryMb: 256,
      environment,
      statements: [new PolicyStatement({ sid: 'Mail', actions: ['ses:SendEmail'], resources: identities })],
    });
    const undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    suppress(undelivered, 'AwsSolutions-SQS3', 'It is the dead-letter queue of the rule.');
    new Rule(this, 'OrderPlaced', {
      description: 'An order was placed',
      eventPattern: { source: ['slack-water.orders'], detailType: ['Order Placed'] },
      targets: [new LambdaFunction(notifier.function, { deadLetterQueue: undelivered })],
    });
    return { function: notifier.function, undelivered };
  }

  private monthlyReport({ identities, environment }: Mail, { network, database }: Data): IFunction {
    const report = new TypescriptFunction(this, 'MonthlyReport', {
      description: 'Mails the sales of the month that ended',
      code: bundledCode(join(appFolder, 'functions/monthly-report/handler.ts')),
      timeout: Duration.minutes(1),
      memoryMb: 512,
      environment: {
        ...environment,
        DATABASE_SECRET_ID: database.secret.secretArn,
        // "Lambda runtimes": the authorities of RDS are in this file, which Node reads only when told to.
        NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
      },
      statements: [
        new PolicyStatement({ sid: 'Mail', actions: ['ses:SendEmail', 'ses:SendRawEmail'], resources: identities }),
        mayRead('ReadSecret', database.secret),
      ],
      inside: {
        vpc: network.vpc,
        subnets: { subnetGroupName: 'functions' },
        securityGroup: network.functions,
      },
    });
    new Rule(this, 'MonthEnded', {
      description: 'The first of a month, at six in the morning',
      schedule: Schedule.cron({ minute: '0', hour: '6', day: '1' }),
      targets: [new LambdaFunction(report.function)],
    });
    return report.function;
  }

  /** Asks the site as a guest would, from several places of the world; not before there is one, for CloudFront keeps errors a while. */
  private siteHealth(fleet: AutoScalingGroup): CfnHealthCheck {
    const check = new CfnHealthCheck(this, 'SiteHealth', {
      healthCheckConfig: {
        type: 'HTTPS',
        fullyQualifiedDomainName: this.siteName,
        port: 443,
        resourcePath: '/api/menu',
        requestInterval: 30,
        failureThreshold: 3,
        enableSni: true,
      },
    });
    check.node.addDependency(fleet.node.defaultChild as CfnAutoScalingGroup);
    return check;
  }

  private busArn(): string {
    return this.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  }

  private context(key: string): string | undefined {
    const value: unknown = this.node.tryGetContext(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  private output(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}

interface Data {
  readonly network: RestaurantNetwork;
  readonly database: RestaurantDatabase;
}

interface FleetParts extends Data {
  readonly buckets: RestaurantBuckets;
}

interface EdgeParts {
  readonly zone: PublicHostedZone;
  readonly certificate: Certificate;
  readonly front: RestaurantFront;
  readonly buckets: RestaurantBuckets;
}

interface Mail {
  /** ARNs of the identities that a mail's sender and, in the sandbox, its recipients belong to. */
  readonly identities: string[];
  readonly environment: Record<string, string>;
}

function mayRead(sid: string, ...secrets: ISecret[]): PolicyStatement {
  const resources = secrets.map(({ secretArn }) => secretArn);
  return new PolicyStatement({ sid, actions: ['secretsmanager:GetSecretValue'], resources });
}
