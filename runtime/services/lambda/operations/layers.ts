import type {
  DeleteLayerVersionCommandInput,
  GetLayerVersionByArnCommandInput,
  GetLayerVersionCommandInput,
  ListLayersCommandInput,
  ListLayerVersionsCommandInput,
  PublishLayerVersionCommandInput,
} from '@aws-sdk/client-lambda';
import { formatArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { timestamp } from '../behaviour/answers.ts';
import { storeCode } from '../behaviour/code-input.ts';
import { codeLocation } from '../behaviour/code-location.ts';
import { findLayer, findLayerVersion, layerKey, layerName } from '../behaviour/layers.ts';
import { page } from '../behaviour/paging.ts';
import { resourceNotFound } from '../errors.ts';
import { type LayerVersionRecord, layerCounters, layerVersions } from '../state.ts';

export async function PublishLayerVersion(ctx: Context, input: PublishLayerVersionCommandInput) {
  const LayerName = layerName(input.LayerName ?? '');
  const code = await storeCode(ctx, input.Content ?? {}, 'PublishLayerVersion');
  const Version = (layerCounters(ctx).get(LayerName)?.lastVersion ?? 0) + 1;
  layerCounters(ctx).put(LayerName, { lastVersion: Version });
  const LayerArn = formatArn('lambda', ctx.region, ctx.account, `layer:${LayerName}`);
  const record: LayerVersionRecord = {
    LayerName,
    LayerArn,
    LayerVersionArn: `${LayerArn}:${Version}`,
    Version,
    Description: input.Description ?? '',
    CreatedDate: timestamp(ctx.clock.now()),
    ...code,
    ...(input.CompatibleRuntimes ? { CompatibleRuntimes: input.CompatibleRuntimes } : {}),
    ...(input.CompatibleArchitectures ? { CompatibleArchitectures: input.CompatibleArchitectures } : {}),
    ...(input.LicenseInfo ? { LicenseInfo: input.LicenseInfo } : {}),
  };
  layerVersions(ctx).put(layerKey(LayerName, Version), record);
  return withContent(ctx, record);
}

export function GetLayerVersion(ctx: Context, input: GetLayerVersionCommandInput) {
  return withContent(ctx, findLayer(ctx, input.LayerName ?? '', input.VersionNumber).record);
}

export function GetLayerVersionByArn(ctx: Context, input: GetLayerVersionByArnCommandInput) {
  const record = findLayerVersion(ctx, input.Arn ?? '');
  if (!record || record.deleted) throw resourceNotFound('The resource you requested does not exist.');
  return withContent(ctx, record);
}

export function ListLayerVersions(ctx: Context, input: ListLayerVersionsCommandInput) {
  const name = layerName(input.LayerName ?? '');
  const all = visible(ctx, input)
    .filter(({ LayerName }) => LayerName === name)
    .sort((a, b) => b.Version - a.Version);
  const { items, NextMarker } = page(all, input);
  return { LayerVersions: items.map(shown), ...(NextMarker ? { NextMarker } : {}) };
}

export function ListLayers(ctx: Context, input: ListLayersCommandInput) {
  const latest = new Map<string, LayerVersionRecord>();
  for (const record of visible(ctx, input)) latest.set(record.LayerName, record);
  const { items, NextMarker } = page([...latest.values()], input);
  const Layers = items.map((record) => ({
    LayerName: record.LayerName,
    LayerArn: record.LayerArn,
    LatestMatchingVersion: shown(record),
  }));
  return { Layers, ...(NextMarker ? { NextMarker } : {}) };
}

/** Functions that use it keep it; it can no longer be added to one. Succeeds when there is none. */
export function DeleteLayerVersion(ctx: Context, input: DeleteLayerVersionCommandInput) {
  const key = layerKey(layerName(input.LayerName ?? ''), input.VersionNumber ?? 0);
  const record = layerVersions(ctx).get(key);
  if (record) layerVersions(ctx).put(key, { ...record, deleted: true });
  return {};
}

function visible(
  ctx: Context,
  input: { CompatibleRuntime?: string | undefined; CompatibleArchitecture?: string | undefined },
): LayerVersionRecord[] {
  return layerVersions(ctx)
    .values()
    .filter((record) => !record.deleted)
    .filter(
      ({ CompatibleRuntimes }) => !input.CompatibleRuntime || CompatibleRuntimes?.includes(input.CompatibleRuntime),
    )
    .filter(
      ({ CompatibleArchitectures }) =>
        !input.CompatibleArchitecture || CompatibleArchitectures?.includes(input.CompatibleArchitecture),
    );
}

function shown(record: LayerVersionRecord) {
  const {
    LayerVersionArn,
    Version,
    Description,
    CreatedDate,
    CompatibleRuntimes,
    CompatibleArchitectures,
    LicenseInfo,
  } = record;
  return {
    LayerVersionArn,
    Version,
    Description,
    CreatedDate,
    CompatibleRuntimes,
    CompatibleArchitectures,
    LicenseInfo,
  };
}

function withContent(ctx: Context, record: LayerVersionRecord) {
  const { CodeSha256, CodeSize, codeHash, LayerArn } = record;
  return { ...shown(record), LayerArn, Content: { Location: codeLocation(ctx, codeHash), CodeSha256, CodeSize } };
}
