import type { DestinationConfig, EventSourceMappingConfiguration, FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { Collection } from '../../kernel/store/collection.ts';

/** What records need of a kernel or context: its collections. */
export interface Records {
  collection<T extends object>(name: string): Collection<T>;
}

/** A function version as it is kept: AWS's own configuration, and where its code lies. */
export interface FunctionVersion extends FunctionConfiguration {
  FunctionName: string;
  FunctionArn: string;
  Version: string;
  Role: string;
  RevisionId: string;
  CodeSha256: string;
  CodeSize: number;
  MemorySize: number;
  Timeout: number;
  Runtime: NonNullable<FunctionConfiguration['Runtime']>;
  Handler?: string;
  /** SHA-256 of the zip, in hexadecimal: the name of its folder in the code store. */
  codeHash: string;
}

/** Key: the function's name. */
export interface FunctionRecord {
  latest: FunctionVersion;
  /** The number the next PublishVersion gives. */
  nextVersion: number;
  Tags: Record<string, string>;
  ReservedConcurrentExecutions?: number;
}

export interface AliasRecord {
  FunctionName: string;
  Name: string;
  AliasArn: string;
  FunctionVersion: string;
  Description: string;
  RevisionId: string;
  RoutingConfig?: { AdditionalVersionWeights?: Record<string, number> };
}

/** A network interface that functions share, in one subnet under the same groups. */
export interface InterfaceRecord {
  NetworkInterfaceId: string;
  VpcId: string;
  SubnetId: string;
}

/** A statement of a resource policy, as IAM writes it. */
export interface PolicyStatement {
  Sid: string;
  Effect: 'Allow';
  Principal: string | Record<string, string>;
  Action: string;
  Resource: string;
  Condition?: Record<string, Record<string, string>>;
}

/** Key: name, or name:qualifier. */
export interface PolicyRecord {
  RevisionId: string;
  statements: PolicyStatement[];
}

export interface EventInvokeRecord {
  FunctionArn: string;
  MaximumRetryAttempts?: number;
  MaximumEventAgeInSeconds?: number;
  DestinationConfig: DestinationConfig;
  lastModifiedMs: number;
}

export interface LayerVersionRecord {
  LayerName: string;
  LayerArn: string;
  LayerVersionArn: string;
  Version: number;
  Description: string;
  CreatedDate: string;
  CompatibleRuntimes?: string[];
  CompatibleArchitectures?: string[];
  LicenseInfo?: string;
  CodeSha256: string;
  CodeSize: number;
  codeHash: string;
  /** A deleted version is kept out of sight while functions use it ("Deleting a layer version"). */
  deleted?: boolean;
  policy?: PolicyRecord;
}

export interface UrlRecord {
  FunctionName: string;
  qualifier: string | undefined;
  FunctionUrl: string;
  FunctionArn: string;
  urlId: string;
  AuthType: 'NONE' | 'AWS_IAM';
  InvokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  Cors?: {
    AllowCredentials?: boolean;
    AllowHeaders?: string[];
    AllowMethods?: string[];
    AllowOrigins?: string[];
    ExposeHeaders?: string[];
    MaxAge?: number;
  };
  CreationTime: string;
  LastModifiedTime: string;
}

/** Dates are kept as milliseconds, for records are JSON. */
export interface MappingRecord
  extends Omit<EventSourceMappingConfiguration, 'LastModified' | 'StartingPositionTimestamp'> {
  UUID: string;
  EventSourceArn: string;
  FunctionArn: string;
  FunctionName: string;
  qualifier: string | undefined;
  enabled: boolean;
  lastModifiedMs: number;
  tags: Record<string, string>;
}

/** Key: subnet|groups. */
export const interfaces = (records: Records) => records.collection<InterfaceRecord>('lambda.interfaces');
export const functions = (records: Records) => records.collection<FunctionRecord>('lambda.functions');
/** Key: name:version. Published versions only. */
export const versions = (records: Records) => records.collection<FunctionVersion>('lambda.versions');
/** Key: name:alias. */
export const aliases = (records: Records) => records.collection<AliasRecord>('lambda.aliases');
export const policies = (records: Records) => records.collection<PolicyRecord>('lambda.policies');
/** Key: name:qualifier, $LATEST when unqualified. */
export const eventInvokeConfigs = (records: Records) =>
  records.collection<EventInvokeRecord>('lambda.eventInvokeConfigs');
/** Key: name:version, the version padded to ten digits. */
export const layerVersions = (records: Records) => records.collection<LayerVersionRecord>('lambda.layerVersions');
/** Key: layer name; numbers are never given twice. */
export const layerCounters = (records: Records) => records.collection<{ lastVersion: number }>('lambda.layerCounters');
/** Key: name, or name:alias. */
export const urls = (records: Records) => records.collection<UrlRecord>('lambda.urls');
/** Key: UUID. */
export const mappings = (records: Records) => records.collection<MappingRecord>('lambda.eventSourceMappings');
