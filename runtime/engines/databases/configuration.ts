import type { Archive } from './archive.ts';
import type { Configuration } from './engine.ts';
import type { Leader } from './group-contract.ts';
import type { GroupRecord } from './group-record.ts';

export interface Configured {
  record: GroupRecord;
  /** Of the group. */
  id: string;
  member: string;
  synchronousWith: string[];
  /** Of which a standby needs no less. */
  floors: Record<string, string>;
  archive: Archive;
  socketDir: string;
  writerPort: number | undefined;
  /** Of the group that this one follows. */
  leader: Leader | undefined;
}

/** What a member of a group is told: parameters, and who waits for whom or follows whom. */
export function configurationOf(about: Configured): Configuration {
  const { record, id, member, floors, archive, socketDir, leader } = about;
  const first = member === record.writer;
  const follows = record.follows !== undefined;
  const leads = first && !follows;
  const port = first ? leader?.port(leader.writer) : about.writerPort;
  return {
    parameters: { ...record.parameters, ...record.own?.[member], ...(leads ? {} : floors) },
    forceSsl: record.forceSsl,
    certificate: record.certificate,
    archiveCommand: record.archiving ? archive.command : undefined,
    member,
    synchronousWith: leads ? about.synchronousWith : [],
    primary: leads || port === undefined ? undefined : { socketDir, port, as: first ? id : undefined },
    archivedBy: first && leader?.archiving ? leader.archive : undefined,
  };
}
