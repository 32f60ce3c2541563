import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { invalidParameter } from '../errors.ts';

const burstable = ['micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'];
const sixth = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge'];
const intel = [...sixth, '24xlarge'];
const newest = [...intel, '48xlarge'];

/** "Supported DB engines for DB instance classes", of PostgreSQL 17, MySQL 8 and MariaDB 10.11, by family. */
const alone: Readonly<Record<string, readonly string[]>> = lookupTable({
  t3: burstable,
  t4g: burstable,
  m5: intel,
  m5d: intel,
  m6g: sixth,
  m6gd: sixth,
  m6i: [...intel, '32xlarge'],
  m6id: [...intel, '32xlarge'],
  m7g: sixth,
  m7i: newest,
  m8g: newest,
  r5: intel,
  r5b: intel,
  r5d: intel,
  r6g: sixth,
  r6gd: sixth,
  r6i: [...intel, '32xlarge'],
  r6id: [...intel, '32xlarge'],
  r7g: sixth,
  r7i: newest,
  r8g: newest,
  x2g: sixth,
});
const ofAurora: Readonly<Record<string, readonly string[]>> = lookupTable({
  t3: ['medium', 'large'],
  t4g: ['medium', 'large'],
  r5: intel,
  r6g: sixth,
  r6gd: sixth,
  r6i: [...intel, '32xlarge'],
  r6id: [...intel, '32xlarge'],
  r7g: sixth,
  r7i: newest,
  r8g: newest,
  x2g: sixth,
});

const families: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = lookupTable({
  postgres: alone,
  mysql: alone,
  mariadb: alone,
  'aurora-postgresql': ofAurora,
  'aurora-mysql': ofAurora,
});

/** All that an engine can be ordered in. */
export function classesOf(engine: string): string[] {
  const listed = Object.entries(families[engine] ?? {}).flatMap(([family, sizes]) =>
    sizes.map((size) => `db.${family}.${size}`),
  );
  return families[engine] === ofAurora ? [...listed, 'db.serverless'] : listed;
}

/** What no class has is an error; what a class has and is not listed here is refused by name. */
export function checkClass(engine: string, name: string | undefined): string {
  if (name === undefined || !/^db\.[a-z0-9-]+(\.[a-z0-9]+)*$/.test(name))
    throw invalidParameter(`Invalid DB Instance class: ${name}`);
  if (!classesOf(engine).includes(name))
    throw refused(
      `rds DBInstanceClass ${name} of ${engine}`,
      'DescribeOrderableDBInstanceOptions lists those that are.',
    );
  return name;
}
