import { databases } from '../../../engines/databases/databases.ts';
import type { EngineName } from '../../../engines/databases/engine.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';

export interface EngineVersion {
  EngineVersion: string;
  MajorEngineVersion: string;
  /** DBParameterGroupFamily. */
  family: string;
}

/** An engine that RDS offers, and what runs in its place. */
export interface EngineOffer {
  Engine: string;
  runs: EngineName;
  aurora: boolean;
  title: string;
  LicenseModel: string;
  port: number;
  /** Types of logs that can go to CloudWatch Logs. */
  logTypes: readonly string[];
  /** The one that a request without a version gets comes first. */
  versions(kernel: Kernel): EngineVersion[];
}

const postgresVersion = '17.10';
/** Of PostgreSQL `upgrade` is there, and never has a line. */
const ofPostgres = {
  runs: 'postgres',
  LicenseModel: 'postgresql-license',
  port: 5432,
  logTypes: ['postgresql', 'upgrade'],
} as const;
const ofMysql = { runs: 'mariadb', LicenseModel: 'general-public-license', port: 3306, logTypes: ['error'] } as const;

/** MySQL's versions are AWS's names for what MariaDB does in its place (decisions/0021). */
const offers: readonly EngineOffer[] = [
  {
    ...ofPostgres,
    Engine: 'aurora-postgresql',
    aurora: true,
    title: 'Aurora PostgreSQL',
    versions: () => [{ EngineVersion: postgresVersion, MajorEngineVersion: '17', family: 'aurora-postgresql17' }],
  },
  {
    ...ofPostgres,
    Engine: 'postgres',
    aurora: false,
    title: 'PostgreSQL',
    versions: () => [{ EngineVersion: postgresVersion, MajorEngineVersion: '17', family: 'postgres17' }],
  },
  {
    ...ofMysql,
    Engine: 'aurora-mysql',
    aurora: true,
    title: 'Aurora MySQL (on MariaDB)',
    versions: () => [
      { EngineVersion: '8.0.mysql_aurora.3.10.0', MajorEngineVersion: '8.0', family: 'aurora-mysql8.0' },
    ],
  },
  {
    ...ofMysql,
    Engine: 'mysql',
    aurora: false,
    title: 'MySQL Community Edition (on MariaDB)',
    versions: () => [
      { EngineVersion: '8.4.6', MajorEngineVersion: '8.4', family: 'mysql8.4' },
      { EngineVersion: '8.0.43', MajorEngineVersion: '8.0', family: 'mysql8.0' },
    ],
  },
  { ...ofMysql, Engine: 'mariadb', aurora: false, title: 'MariaDB Community Edition', versions: mariadbVersions },
];

/** The one that is installed. */
function mariadbVersions(kernel: Kernel): EngineVersion[] {
  const engine = kernel.engine(databases);
  if (engine.lacking('mariadb') !== undefined) return [];
  const EngineVersion = engine.version('mariadb');
  const MajorEngineVersion = EngineVersion.split('.').slice(0, 2).join('.');
  return [{ EngineVersion, MajorEngineVersion, family: `mariadb${MajorEngineVersion}` }];
}

/** What can run here, as it is listed. */
export function offersOf(kernel: Kernel): EngineOffer[] {
  return offers.filter(({ runs }) => kernel.engine(databases).lacking(runs) === undefined);
}

/** Every other engine is refused by its name. */
export function offerOf(Engine: string | undefined): EngineOffer {
  const found = offers.find((offer) => offer.Engine === Engine);
  if (!found) throw refused(`rds engine ${Engine}`, `these run: ${offers.map((offer) => offer.Engine).join(', ')}.`);
  return found;
}

/** The version that a request means: by its whole name, by its beginning, or the first there is. */
export function versionOf(ctx: Kernel, Engine: string | undefined, wanted: string | undefined): EngineVersion {
  const offer = offerOf(Engine);
  const all = offer.versions(ctx);
  const of = (major: string): boolean => wanted === major || (wanted ?? '').startsWith(`${major}.`);
  const found = wanted === undefined ? all[0] : all.find(({ MajorEngineVersion }) => of(MajorEngineVersion));
  if (found) return found;
  throw refused(
    `rds ${Engine} ${wanted}`,
    `what runs here is ${all.map(({ EngineVersion }) => EngineVersion).join(' and ')}.`,
  );
}

/** Refuses an engine, or a version of it, that cannot run here. */
export function checkEngine(ctx: Context, Engine: string | undefined, wanted: string | undefined): EngineVersion {
  const lacking = ctx.engine(databases).lacking(offerOf(Engine).runs);
  if (lacking !== undefined) throw refused(`rds ${Engine}`, lacking);
  return versionOf(ctx, Engine, wanted);
}

/** DBParameterGroupFamily of a database. */
export function familyOf(ctx: Kernel, about: { Engine: string; EngineVersion: string }): string {
  return versionOf(ctx, about.Engine, about.EngineVersion).family;
}

/** What runs for a family of parameter groups; undefined for one that is not known. */
export function engineOfFamily(kernel: Kernel, family: string): EngineOffer | undefined {
  return offers.find((offer) => offer.versions(kernel).some((version) => version.family === family));
}
