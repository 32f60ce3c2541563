import { join } from 'node:path';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  GroupMetrics,
  HealthChecks,
  Signals,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  CloudFormationInit,
  EbsDeviceVolumeType,
  InitCommand,
  InitConfig,
  InitFile,
  InitPackage,
  InitService,
  InitSource,
  InstanceClass,
  InstanceSize,
  InstanceType,
  LaunchTemplate,
  MachineImage,
  ServiceManager,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { type Policy, PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { bundling, projectFolder } from './bundled-code.ts';
import { suppress } from './nag.ts';
import type { RestaurantNetwork } from './restaurant-network.ts';

export interface Service {
  readonly port: number;
  readonly environment: Record<string, string>;
}

export interface RestaurantFleetOptions {
  readonly network: RestaurantNetwork;
  /** By the folder of app/services that holds `main.ts`. */
  readonly services: Readonly<Record<string, Service>>;
  /** What the instances may do. */
  readonly statements: PolicyStatement[];
}

const servicesFolder = join(projectFolder, 'app/services');
const installed = '/opt/slack-water';
/** "Using SSL/TLS to encrypt a connection to a DB cluster" names the bundle of RDS's authorities. */
const authorities = { file: '/etc/pki/rds/global-bundle.pem', host: 'https://truststore.pki.rds.amazonaws.com' };

/**
 * Instances in the public subnets of both zones, each running every service. cfn-init installs Node and the services,
 * keeps them running under systemd, and signals success when each of them reaches its database.
 */
export class RestaurantFleet extends Construct {
  readonly group: AutoScalingGroup;

  constructor(scope: Construct, id: string, { network, services, statements }: RestaurantFleetOptions) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      inlinePolicies: { work: new PolicyDocument({ statements }) },
    });
    this.group = new AutoScalingGroup(this, 'Group', {
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'public' },
      launchTemplate: this.template(network, role),
      minCapacity: 2,
      maxCapacity: 6,
      healthChecks: HealthChecks.withAdditionalChecks({
        additionalTypes: [AdditionalHealthCheckType.ELB],
        gracePeriod: Duration.minutes(2),
      }),
      defaultInstanceWarmup: Duration.minutes(1),
      groupMetrics: [GroupMetrics.all()],
      signals: Signals.waitForMinCapacity({ timeout: Duration.minutes(10) }),
      updatePolicy: UpdatePolicy.rollingUpdate({ minInstancesInService: 2, maxBatchSize: 1 }),
      init: initOf(services, this.bundles(services)),
    });
    this.group.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
    justify(role);
    suppress(this.group, 'AwsSolutions-AS3', 'Alarms tell people; that an instance came or went is in the activities.');
  }

  private bundles(services: Readonly<Record<string, Service>>): Asset {
    const entries = Object.keys(services).map((name) => [name, join(servicesFolder, name, 'main.ts')]);
    return new Asset(this, 'Services', { path: servicesFolder, ...bundling(Object.fromEntries(entries)) });
  }

  private template(network: RestaurantNetwork, role: Role): LaunchTemplate {
    return new LaunchTemplate(this, 'Template', {
      machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
      instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.SMALL),
      securityGroup: network.instances,
      associatePublicIpAddress: true,
      requireImdsv2: true,
      detailedMonitoring: true,
      role,
      userData: UserData.forLinux(),
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(8, { encrypted: true, volumeType: EbsDeviceVolumeType.GP3 }),
        },
      ],
    });
  }
}

function justify(role: Role): void {
  suppress(role, 'AwsSolutions-IAM5', 'It keeps the pictures of one bucket, whose keys nobody knows beforehand.');
  const forInit = role.node.findChild('DefaultPolicy') as Policy;
  suppress(forInit, 'AwsSolutions-IAM5', 'CDK grants cfn-init the services’ asset in the bootstrap bucket, to read.');
}

function initOf(services: Readonly<Record<string, Service>>, bundles: Asset): CloudFormationInit {
  const names = Object.keys(services);
  return CloudFormationInit.fromConfigSets({
    configSets: { default: ['install', 'verify'] },
    configs: {
      install: new InitConfig([
        InitPackage.yum('nodejs24'),
        InitFile.fromUrl(authorities.file, `${authorities.host}/global/global-bundle.pem`),
        InitSource.fromExistingAsset(installed, bundles),
        ...Object.entries(services).map(([name, { port, environment }]) =>
          InitService.systemdConfigFile(name, {
            description: `Slack Water: ${name}`,
            command: `/usr/bin/node --enable-source-maps ${installed}/${name}.js`,
            cwd: installed,
            user: 'nobody',
            environmentVariables: { ...environment, PORT: String(port), DATABASE_CA_FILE: authorities.file },
          }),
        ),
        ...names.map((name) => InitService.enable(name, { serviceManager: ServiceManager.SYSTEMD })),
      ]),
      verify: new InitConfig(
        Object.values(services).map(({ port }) =>
          InitCommand.shellCommand(
            `curl --silent --show-error --fail --retry 60 --retry-delay 2 --retry-all-errors --max-time 5 http://127.0.0.1:${port}/readyz`,
          ),
        ),
      ),
    },
  });
}
