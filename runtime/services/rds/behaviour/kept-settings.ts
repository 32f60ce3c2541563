import { refused } from '../../../kernel/errors.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import { invalidParameter } from '../errors.ts';
import { offerOf } from './engines.ts';

/** What is asked of a DB instance, kept and told again, and has no effect here (`stored` in fidelity.ts). */
export interface KeptSettings {
  AutoMinorVersionUpgrade: boolean;
  CopyTagsToSnapshot: boolean;
  LicenseModel: string;
  MaxAllocatedStorage?: number | undefined;
}

type Asked = { [P in keyof KeptSettings]?: KeptSettings[P] | undefined };

/** Defaults are those of "CreateDBInstance". */
export function keptSettings(Engine: string, asked: Asked, before?: KeptSettings): KeptSettings {
  const MaxAllocatedStorage = asked.MaxAllocatedStorage ?? before?.MaxAllocatedStorage;
  return {
    AutoMinorVersionUpgrade: asked.AutoMinorVersionUpgrade ?? before?.AutoMinorVersionUpgrade ?? true,
    CopyTagsToSnapshot: asked.CopyTagsToSnapshot ?? before?.CopyTagsToSnapshot ?? false,
    LicenseModel: asked.LicenseModel ?? before?.LicenseModel ?? offerOf(Engine).LicenseModel,
    ...(MaxAllocatedStorage === undefined ? {} : { MaxAllocatedStorage }),
  };
}

/** Of a DB cluster. */
export interface KeptClusterSettings {
  AutoMinorVersionUpgrade: boolean;
  CopyTagsToSnapshot: boolean;
  AvailabilityZones: string[];
}

interface ClusterAsked {
  AutoMinorVersionUpgrade?: boolean | undefined;
  CopyTagsToSnapshot?: boolean | undefined;
  AvailabilityZones?: string[] | undefined;
  EngineMode?: string | undefined;
}

/** "AvailabilityZones": storage is in three of the region, and those that were not asked for are added. */
const storageZones = 3;

/** Defaults are those of "CreateDBCluster". */
export function keptClusterSettings(region: string, asked: ClusterAsked, before?: KeptClusterSettings) {
  const { EngineMode = 'provisioned', AvailabilityZones = [] } = asked;
  if (EngineMode !== 'provisioned') throw refused(`rds EngineMode ${EngineMode}`, 'clusters are provisioned.');
  const all = zonesOf(region).slice(0, storageZones);
  const strange = AvailabilityZones.find((zone) => !all.includes(zone));
  if (strange !== undefined) throw invalidParameter(`Invalid Availability Zone: ${strange}`);
  return {
    AutoMinorVersionUpgrade: asked.AutoMinorVersionUpgrade ?? before?.AutoMinorVersionUpgrade ?? true,
    CopyTagsToSnapshot: asked.CopyTagsToSnapshot ?? before?.CopyTagsToSnapshot ?? false,
    AvailabilityZones: all,
  };
}
