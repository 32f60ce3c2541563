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
