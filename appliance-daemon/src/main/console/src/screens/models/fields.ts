import type { Schemas } from '@/api/client';

export type Model = Schemas['PublicModel'];
export type Strategy = Schemas['RouteRules']['strategy'];
export const STRATEGIES: readonly Strategy[] = ['weighted', 'least_in_flight', 'lowest_latency', 'cheapest', 'complexity', 'priority'];

export type TargetFields = { upstreamId: string; upstreamModel: string; weight: number; tier: number; name: string };
export type ArmFields = { name: string; share: number; targets: string[] };

export type ModelFields = {
  name: string;
  tokenizer: Model['tokenizer'];
  contextTokens: number | '';
  maxOutputTokens: number | '';
  surfaces: string[];
  targets: TargetFields[];
  strategy: Strategy;
  dryRun: Strategy | null;
  stickiness: 'none' | 'session' | 'prefix' | null;
  localOnly: boolean;
  regions: string[];
  split: boolean;
  splitName: string;
  subject: 'session' | 'key' | 'user';
  arms: ArmFields[];
  cache: boolean;
  ttlSeconds: number | '';
  sharing: 'key' | 'project' | 'department';
};

export function fieldsOf(of: Model | undefined): ModelFields {
  const split = of?.route?.split;
  return {
    name: of?.name ?? '',
    tokenizer: of?.tokenizer ?? 'unknown',
    contextTokens: of?.contextTokens ?? '',
    maxOutputTokens: of?.maxOutputTokens ?? '',
    surfaces: (of?.surfaces ?? []).filter((surface) => surface !== '*'),
    targets: of?.targets.map(({ upstreamId, upstreamModel, weight, tier, name }) => ({ upstreamId, upstreamModel, weight, tier, name: name ?? '' })) ?? [
      { upstreamId: '', upstreamModel: '', weight: 1, tier: 0, name: '' },
    ],
    strategy: of?.route?.strategy ?? 'weighted',
    dryRun: of?.route?.dryRun ?? null,
    stickiness: of?.route?.stickiness?.mode ?? null,
    localOnly: of?.route?.residency?.localOnly ?? false,
    regions: of?.route?.residency?.regions ?? [],
    split: split !== null && split !== undefined,
    splitName: split?.name ?? 'canary',
    subject: split?.subject ?? 'session',
    arms: split?.arms.map((arm) => ({ ...arm })) ?? [
      { name: 'control', share: 95, targets: [] },
      { name: 'canary', share: 5, targets: [] },
    ],
    cache: of?.cache !== null && of?.cache !== undefined,
    ttlSeconds: of?.cache?.ttlSeconds ?? 3600,
    sharing: of?.cache?.sharing ?? 'key',
  };
}

/**
 * What is sent. A target keeps what the form does not show of it, because lists are replaced whole; the rest is a merge
 * patch, in which what is not named stays.
 */
export function draftOf(fields: ModelFields, of: Model | undefined) {
  const plain = fields.strategy === 'weighted' && !fields.dryRun && !fields.stickiness && !fields.localOnly && fields.regions.length === 0 && !fields.split;
  return {
    name: fields.name.trim(),
    tokenizer: fields.tokenizer,
    ...(fields.contextTokens === '' ? {} : { contextTokens: fields.contextTokens }),
    ...(fields.maxOutputTokens === '' ? {} : { maxOutputTokens: fields.maxOutputTokens }),
    surfaces: fields.surfaces.length ? fields.surfaces : ['*'],
    targets: fields.targets.map((target) => {
      const known = of?.targets.find((one) => one.upstreamId === target.upstreamId && one.upstreamModel === target.upstreamModel);
      return {
        ...(known ? { abilities: known.abilities, region: known.region, strength: known.strength, fromPriority: known.fromPriority } : {}),
        ...target,
        name: target.name.trim() || null,
      };
    }),
    route:
      plain && !of?.route
        ? null
        : {
            strategy: fields.strategy,
            dryRun: fields.dryRun,
            stickiness: fields.stickiness ? { mode: fields.stickiness } : null,
            residency: fields.localOnly || fields.regions.length ? { localOnly: fields.localOnly, regions: fields.regions } : null,
            split: fields.split ? { name: fields.splitName.trim(), subject: fields.subject, arms: fields.arms } : null,
          },
    cache: fields.cache ? { ...(fields.ttlSeconds === '' ? {} : { ttlSeconds: fields.ttlSeconds }), sharing: fields.sharing } : null,
  };
}
