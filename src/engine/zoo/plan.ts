import { createHash } from 'node:crypto';
import { stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Preset } from '../codecs/codec.ts';
import { toFeatherweightError } from '../errors.ts';
import { findFamilies, type Member } from './families.ts';
import { ruleFor, type Recipe, type Rule } from './recipe.ts';
import { Estimator, sketchModel } from './sketch.ts';
import type { Zoo, ZooModel } from './zoo.ts';

export type PlanAction = 'exact' | 'family' | 'equal' | 'skip';

/** What is to become of one model, and why. */
export interface PlannedModel {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly action: PlanAction;
  readonly reason: string;
  /** Below the output folder, with `/`. */
  readonly archive?: string;
  readonly preset: Preset;
  /** Ids of the models that it is stored as a difference to. */
  readonly bases: readonly string[];
  readonly equalTo?: string;
  readonly bytesNow: number;
  /** What it should take afterwards; measured on samples. */
  readonly bytesThen: number;
  /** Models that one machine must do together. */
  readonly unit: string;
}

/** What a run will do, in this order: models before what they are stored as a difference to, small archives first. */
export interface ZooPlan {
  readonly roots: readonly string[];
  readonly output: string;
  readonly recipe: Recipe;
  readonly models: readonly PlannedModel[];
  readonly bytesNow: number;
  readonly bytesThen: number;
  /** What the run takes besides what is there, at its worst moment, on the drive of the output. */
  readonly drive: { readonly folder: string; readonly free: number; readonly peak: number; readonly enough: boolean };
}

export interface PlanHooks {
  readonly signal: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/** Archives come out some per cent larger or smaller than samples say, and a partial index is held twice. */
const estimateMargin = 1.1;
const frameBytes = 4096;

/** Decides for each model of a zoo what to do with it. Reads samples, writes nothing. */
export async function planZoo(zoo: Zoo, output: string, recipe: Recipe, hooks: PlanHooks): Promise<ZooPlan> {
  const { signal } = hooks;
  const estimator = await Estimator.create();
  const decided = new Map<string, PlannedModel>();
  const members: Member[] = [];
  const archives = archiveNames(zoo.models);
  const now = Date.now();
  for (const [number, model] of zoo.models.entries()) {
    signal.throwIfAborted();
    hooks.progress?.(number, zoo.models.length);
    const rule = ruleFor(recipe, model, now);
    const preset = rule?.preset ?? recipe.preset;
    const archive = archives.get(model.id) ?? '';
    if (rule?.action === 'skip') decided.set(model.id, skipped(model, preset, skipReason(rule)));
    else if (model.equalTo !== undefined)
      decided.set(model.id, {
        ...skipped(model, preset, `its weights are those of "${model.equalTo}"`),
        action: 'equal',
        equalTo: model.equalTo,
      });
    else {
      try {
        const sketch = await sketchModel(model.path, signal);
        const alone = Math.min(sketch.bytes, estimator.estimate(sketch, preset)) + frameBytes;
        const base = { id: model.id, name: model.name, path: model.path, archive, preset, bases: [], unit: model.id };
        decided.set(model.id, {
          ...base,
          action: 'exact',
          reason: 'stored by itself',
          bytesNow: sketch.bytes,
          bytesThen: alone,
        });
        if (rule?.action !== 'alone') members.push({ id: model.id, sketch, preset, alone });
      } catch (error) {
        signal.throwIfAborted();
        decided.set(model.id, skipped(model, preset, `cannot be read: ${toFeatherweightError(error).message}`));
      }
    }
  }
  if (recipe.families) takeFamilies(decided, findFamilies(members, estimator, recipe.rebaseEvery));
  skipDense(decided, recipe.leastSaving);
  skipEqualsOfSkipped(decided);
  const models = inOrder(nameUnits(decided));
  hooks.progress?.(zoo.models.length, zoo.models.length);
  const kept = models.filter(({ archive }) => archive !== undefined);
  return {
    roots: zoo.roots,
    output: resolve(output),
    recipe,
    models,
    bytesNow: models.reduce((sum, { bytesNow }) => sum + bytesNow, 0),
    bytesThen: models.reduce((sum, { bytesThen }) => sum + bytesThen, 0),
    drive: await driveOf(
      resolve(output),
      Math.ceil(estimateMargin * kept.reduce((sum, { bytesThen }) => sum + bytesThen, 0)),
    ),
  };
}

function skipReason({ models, match }: Rule): string {
  return models === undefined ? `skipped by the rule "${match}"` : 'chosen to be left alone';
}

function skipped(model: ZooModel, preset: Preset, reason: string): PlannedModel {
  const { id, name, path, bytes } = model;
  return { id, name, path, action: 'skip', reason, preset, bases: [], bytesNow: bytes, bytesThen: bytes, unit: id };
}

const kinshipWords = {
  'fine-tune': 'a relative of',
  run: 'of the same run as',
  'shared-tensors': 'shares tensors with',
} as const;

function takeFamilies(decided: Map<string, PlannedModel>, kin: ReturnType<typeof findFamilies>): void {
  for (const [id, { bases, bytes, how }] of kin) {
    const model = decided.get(id);
    if (!model) continue;
    const reason = `${kinshipWords[how]} ${bases.map((base) => `"${base}"`).join(', ')}`;
    decided.set(id, { ...model, action: 'family', bases, bytesThen: bytes + frameBytes, reason });
  }
}

/** Nothing is written for what would hardly get smaller, unless another model is stored as a difference to it. */
function skipDense(decided: Map<string, PlannedModel>, leastSaving: number): void {
  const needed = new Set([...decided.values()].flatMap(({ bases }) => bases));
  for (const [id, model] of decided) {
    if (model.action !== 'exact' || needed.has(id) || model.bytesThen < (1 - leastSaving) * model.bytesNow) continue;
    const { name, path, preset, bytesNow, unit } = model;
    const rest = { id, name, path, preset, bytesNow, unit, bases: [] };
    decided.set(id, { ...rest, action: 'skip', reason: 'already dense', bytesThen: bytesNow });
  }
}

/** A copy costs nothing where its equal has an archive, else it stays as it is. */
function skipEqualsOfSkipped(decided: Map<string, PlannedModel>): void {
  for (const [id, model] of decided) {
    if (model.action !== 'equal') continue;
    const first = decided.get(model.equalTo ?? '');
    if (first?.archive === undefined)
      decided.set(id, { ...model, action: 'skip', reason: `${model.reason}, which is left alone` });
    else decided.set(id, { ...model, bytesThen: 0 });
  }
}

/** Models that are joined by bases or equality are one unit, called after the first of them. */
function nameUnits(decided: ReadonlyMap<string, PlannedModel>): PlannedModel[] {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    let at = id;
    for (let parent = parents.get(at); parent !== undefined; parent = parents.get(at)) at = parent;
    return at;
  };
  for (const { id, bases, equalTo } of decided.values())
    for (const other of [...bases, ...(equalTo === undefined ? [] : [equalTo])]) {
      const [first, second] = [rootOf(id), rootOf(other)].sort();
      if (first !== undefined && second !== undefined && first !== second) parents.set(second, first);
    }
  return [...decided.values()].map((model) => ({ ...model, unit: rootOf(model.id) }));
}

/** Dependants before their bases, which are then still there as files; of units the one with the smallest archives first. */
function inOrder(models: readonly PlannedModel[]): PlannedModel[] {
  const byId = new Map(models.map((model) => [model.id, model]));
  const depthOf = ({ bases }: PlannedModel): number =>
    Math.max(0, ...bases.map((base) => 1 + depthOf(byId.get(base) ?? nobody)));
  const depths = new Map(models.map((model) => [model.id, depthOf(model)]));
  const sizes = new Map<string, number>();
  for (const { unit, bytesThen, archive } of models)
    sizes.set(unit, (sizes.get(unit) ?? 0) + (archive === undefined ? 0 : bytesThen));
  return [...models].sort(
    (one, other) =>
      (sizes.get(one.unit) ?? 0) - (sizes.get(other.unit) ?? 0) ||
      compare(one.unit, other.unit) ||
      (depths.get(other.id) ?? 0) - (depths.get(one.id) ?? 0) ||
      compare(one.id, other.id),
  );
}

const nobody: PlannedModel = {
  id: '',
  name: '',
  path: '',
  action: 'skip',
  reason: '',
  preset: 'balanced',
  bases: [],
  bytesNow: 0,
  bytesThen: 0,
  unit: '',
};

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** A place below the output for each model: its id, with what some system does not take replaced. */
function archiveNames(models: readonly ZooModel[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id } of models) {
    const safe = id.replace(/[<>:"|?*\\\u0000-\u001f]/g, '_').replace(/(^|\/)\.(?=\/|$|\.)/g, '$1_');
    let name = `${safe}.fwz`;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${safe} ${number}.fwz`;
    taken.add(name.toLowerCase());
    names.set(id, name);
  }
  return names;
}

async function driveOf(output: string, peak: number): Promise<ZooPlan['drive']> {
  let folder = output;
  for (;;) {
    const exists = await stat(folder).then(
      () => true,
      () => false,
    );
    if (exists || dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  const { bavail, bsize } = await statfs(folder);
  return { folder, free: bavail * bsize, peak, enough: bavail * bsize > peak };
}

/** Whether a model is this machine's, of `count`: whole units by a hash of their name, so that every machine says the same. */
export function isInShard(
  { unit }: PlannedModel,
  { index, count }: { readonly index: number; readonly count: number },
): boolean {
  return createHash('sha256').update(unit).digest().readUInt32LE(0) % count === index - 1;
}

/** The archive of a model that has one, absolute. */
export function archivePath({ output }: ZooPlan, { archive }: PlannedModel): string | undefined {
  return archive === undefined ? undefined : join(output, ...archive.split('/'));
}
