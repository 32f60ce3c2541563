import type {
  DescribeDBEngineVersionsCommandInput,
  DescribeOrderableDBInstanceOptionsCommandInput,
} from '@aws-sdk/client-rds';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { type EngineOffer, type EngineVersion, offersOf, versionOf } from '../behaviour/engines.ts';
import { classesOf } from '../behaviour/instance-classes.ts';
import { invalidParameter } from '../errors.ts';

interface Offered {
  offer: EngineOffer;
  version: EngineVersion;
}

/** The versions that run are the only ones there are. */
export function DescribeDBEngineVersions(ctx: Context, input: DescribeDBEngineVersionsCommandInput) {
  const wanted = offered(ctx)
    .filter(({ offer }) => (input.Engine ?? offer.Engine) === offer.Engine)
    .filter(({ version }) => (input.DBParameterGroupFamily ?? version.family) === version.family)
    .filter(({ version }) => named(version, input.EngineVersion))
    .filter(({ offer, version }) => !input.DefaultOnly || isDefault(ctx, { offer, version }));
  return { DBEngineVersions: wanted.map(describeVersion) };
}

function offered(ctx: Context): Offered[] {
  return offersOf(ctx).flatMap((offer) => offer.versions(ctx).map((version) => ({ offer, version })));
}

/** What a database gets that asks for no version. */
function isDefault(ctx: Context, { offer, version }: Offered): boolean {
  return version.EngineVersion === versionOf(ctx, offer.Engine, undefined).EngineVersion;
}

/** By the whole name or the major version's. */
function named({ EngineVersion, MajorEngineVersion }: EngineVersion, asked: string | undefined): boolean {
  return asked === undefined || asked === EngineVersion || asked === MajorEngineVersion;
}

function describeVersion({ offer, version }: Offered) {
  const { Engine, aurora, title } = offer;
  const { EngineVersion, MajorEngineVersion, family } = version;
  return {
    Engine,
    EngineVersion,
    MajorEngineVersion,
    DBParameterGroupFamily: family,
    DBEngineDescription: title,
    DBEngineVersionDescription: `${title} ${EngineVersion}`,
    ValidUpgradeTarget: [],
    SupportsReadReplica: aurora || Engine === 'postgres',
    ...(aurora ? { SupportedEngineModes: ['provisioned'] } : {}),
    SupportsGlobalDatabases: false,
    SupportsParallelQuery: false,
    Status: 'available',
  };
}

/** A class and a kind of storage each ("DescribeOrderableDBInstanceOptions"). */
export function DescribeOrderableDBInstanceOptions(
  ctx: Context,
  input: DescribeOrderableDBInstanceOptionsCommandInput,
) {
  const offer = offersOf(ctx).find(({ Engine }) => Engine === input.Engine);
  if (!offer) throw invalidParameter(`Invalid DB engine: ${input.Engine}`);
  const licensed = (input.LicenseModel ?? offer.LicenseModel) === offer.LicenseModel && input.Vpc !== false;
  const versions = licensed ? offer.versions(ctx).filter((version) => named(version, input.EngineVersion)) : [];
  const classes = classesOf(offer.Engine).filter((name) => (input.DBInstanceClass ?? name) === name);
  const options = versions.flatMap((version) =>
    classes.flatMap((DBInstanceClass) => orderable(ctx, { offer, version }, DBInstanceClass)),
  );
  return { OrderableDBInstanceOptions: options };
}

function orderable(ctx: Context, { offer, version }: Offered, DBInstanceClass: string) {
  const { Engine, aurora, LicenseModel } = offer;
  return (aurora ? ['aurora', 'aurora-iopt1'] : ['gp2', 'gp3', 'standard']).map((StorageType) => ({
    Engine,
    EngineVersion: version.EngineVersion,
    DBInstanceClass,
    LicenseModel,
    AvailabilityZones: zonesOf(ctx.region).map((Name) => ({ Name })),
    MultiAZCapable: !aurora,
    ReadReplicaCapable: aurora || Engine === 'postgres',
    Vpc: true,
    StorageType,
    SupportsStorageEncryption: true,
    SupportsIops: false,
    SupportsStorageAutoscaling: !aurora,
    SupportsClusters: aurora,
    SupportedNetworkTypes: ['IPV4'],
    ...(aurora ? { SupportedEngineModes: ['provisioned'] } : { MinStorageSize: 20, MaxStorageSize: 65_536 }),
  }));
}
