import { stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Preset } from '../codecs/codec.ts';
import { toFeatherweightError } from '../errors.ts';
import { cutName } from '../io/long-name.ts';
import { roomMeanwhile } from '../pipeline/inner-base/room.ts';
import { findCircles } from './circles.ts';
import { findFamilies, type Member } from './families.ts';
import { inOrder, nameUnits } from './plan-order.ts';
import { ruleFor, type Recipe, type Rule } from './recipe.ts';
import { Estimator, sketchModel, type Sketch } from './sketch.ts';
import type { Zoo, ZooModel } from './zoo.ts';

/** `equal`: stored as a difference to a model with the same weights, which takes next to nothing. */
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
  /** Nothing could be measured of it. */
  readonly isUnread?: boolean;
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
/** What the index says of a tensor and of a block. */
const indexBytes = 40;
const blockBytes = 2 ** 20;

const unfetched = 'its weights are not here, only a pointer of Git LFS ("git lfs pull" fetches them)';

/** Decides for each model of a zoo what to do with it. Reads samples, writes nothing. */
export async function planZoo(zoo: Zoo, output: string, recipe: Recipe, hooks: PlanHooks): Promise<ZooPlan> {
  const { signal } = hooks;
  const estimator = await Estimator.create();
  const decided = new Map<string, PlannedModel>();
  const members: Member[] = [];
  /** The model that others with the same weights are stored as a difference to, by what the scan calls them all equal to. */
  const holders = new Map<string, Member>();
  /** What models that are stored by themselves take meanwhile, by id. */
  const rooms = new Map<string, number>();
  const archives = archiveNames(zoo.models);
  const now = Date.now();
  for (const [number, model] of zoo.models.entries()) {
    signal.throwIfAborted();
    hooks.progress?.(number, zoo.models.length);
    const rule = ruleFor(recipe, model, now);
    const preset = rule?.preset ?? recipe.preset;
    const mayHaveBase = recipe.families && rule?.action !== 'alone';
    const holder = mayHaveBase ? holders.get(model.equalTo ?? model.id) : undefined;
    const planned = stored(model, preset, archives.get(model.id) ?? '');
    if (rule?.action === 'skip') decided.set(model.id, skipped(planned, skipReason(rule)));
    else if (holder) decided.set(model.id, copied(planned, model, holder));
    else
      try {
        const sketch = await sketchModel(model.path, { preset, estimator, signal });
        if (sketch.isUnfetched) {
          decided.set(model.id, skipped(planned, unfetched));
          continue;
        }
        const alone = Math.min(sketch.bytes, estimator.estimate(sketch, preset)) + frameOf(sketch);
        rooms.set(model.id, sketch.alike.roomBytes);
        const member = { id: model.id, sketch, preset, alone };
        decided.set(model.id, { ...planned, bytesNow: sketch.bytes, bytesThen: alone });
        if (mayHaveBase) members.push(member);
        if (!holders.has(model.equalTo ?? model.id)) holders.set(model.equalTo ?? model.id, member);
      } catch (error) {
        signal.throwIfAborted();
        // It may be readable by the time of its turn; if not, that is told among what needs attention.
        const reason = `could not be read for the plan: ${toFeatherweightError(error).message}`;
        decided.set(model.id, { ...planned, reason, isUnread: true });
      }
  }
  if (recipe.families) takeFamilies(decided, findFamilies(members, estimator, recipe.rebaseEvery));
  const circles = await findCircles({ output, models: decided, zoo: zoo.models }, signal);
  for (const [id, model] of decided)
    if (circles.has(id)) decided.set(id, standingAlone(model, members.find((member) => member.id === id)?.alone));
  skipDense(decided, recipe.leastSaving);
  const models = inOrder(nameUnits(decided));
  hooks.progress?.(zoo.models.length, zoo.models.length);
  const kept = models.filter(({ archive }) => archive !== undefined);
  let meanwhile = 0;
  for (const model of kept) {
    signal.throwIfAborted();
    // One that cannot be read is told of when its turn comes.
    const known = model.bases.length === 0 ? rooms.get(model.id) : undefined;
    const bases = model.bases.flatMap((base) => decided.get(base)?.path ?? []);
    meanwhile = Math.max(meanwhile, known ?? (await takenMeanwhile(model, bases, signal).catch(() => 0)));
  }
  return {
    roots: zoo.roots,
    output: resolve(output),
    recipe,
    models,
    bytesNow: models.reduce((sum, { bytesNow }) => sum + bytesNow, 0),
    bytesThen: models.reduce((sum, { bytesThen }) => sum + bytesThen, 0),
    drive: await driveOf(
      resolve(output),
      Math.ceil(estimateMargin * kept.reduce((sum, { bytesThen }) => sum + bytesThen, 0)) + meanwhile,
    ),
  };
}

/** Bytes on the drive of the output that archiving a model, with what is at `bases`, takes besides its archive, until that is done. */
export function takenMeanwhile(
  { path, preset }: PlannedModel,
  bases: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  return roomMeanwhile(path, { preset, bases, signal });
}

function skipReason({ models, match }: Rule): string {
  return models === undefined ? `skipped by the rule "${match}"` : 'chosen to be left alone';
}

/** A model with an archive of its own. */
function stored({ id, name, path, bytes }: ZooModel, preset: Preset, archive: string): PlannedModel {
  const sizes = { bytesNow: bytes, bytesThen: bytes + frameBytes };
  return {
    id,
    name,
    path,
    action: 'exact',
    reason: 'stored by itself',
    archive,
    preset,
    bases: [],
    unit: id,
    ...sizes,
  };
}

function skipped({ archive: _, ...model }: PlannedModel, reason: string): PlannedModel {
  return { ...model, action: 'skip', reason, bytesThen: model.bytesNow };
}

/** Only what lies beside the weights takes room again. */
function copied(planned: PlannedModel, { files, weightFiles }: ZooModel, { id, sketch }: Member): PlannedModel {
  const sides = files.slice(weightFiles).reduce((sum, { bytes }) => sum + bytes, 0);
  const reason = `its weights are those of "${id}"`;
  return { ...planned, action: 'equal', reason, equalTo: id, bases: [id], bytesThen: sides + frameOf(sketch) };
}

function frameOf({ tensors, bytes }: Sketch): number {
  return frameBytes + indexBytes * (tensors + Math.ceil(bytes / blockBytes));
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

/** A model whose base, or what that needs, is archived already as a difference to it. */
function standingAlone({ equalTo: _, ...model }: PlannedModel, alone = model.bytesNow + frameBytes): PlannedModel {
  const reason = 'stored by itself: what it could be a difference to needs it already';
  return { ...model, action: 'exact', bases: [], bytesThen: alone, reason };
}

/** Nothing is written for what would hardly get smaller, unless another model is stored as a difference to it. */
function skipDense(decided: Map<string, PlannedModel>, leastSaving: number): void {
  const needed = new Set([...decided.values()].flatMap(({ bases }) => bases));
  for (const [id, model] of decided) {
    const isDense = model.action === 'exact' && model.bytesThen >= (1 - leastSaving) * model.bytesNow;
    if (!isDense || model.isUnread === true) continue;
    if (needed.has(id)) decided.set(id, { ...model, reason: 'already dense, but others are stored with it' });
    else decided.set(id, skipped(model, 'already dense'));
  }
}

/** Drives take names of 255 bytes; an archive that is not finished has some more behind its own. */
const mostNameBytes = 230;

/** A place below the output for each model: its id, with what some system does not take replaced or cut off. */
function archiveNames(models: readonly ZooModel[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id } of models) {
    const safe = id.replace(/[<>:"|?*\\\u0000-\u001f]/g, '_').replace(/(^|\/)\.(?=\/|$|\.)/g, '$1_');
    const start = safe.lastIndexOf('/') + 1;
    const stem = safe.slice(0, start) + cutName(safe.slice(start), mostNameBytes);
    let name = `${stem}.fwz`;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem} ${number}.fwz`;
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

/** The archive of a model that has one, absolute. */
export function archivePath({ output }: ZooPlan, { archive }: PlannedModel): string | undefined {
  return archive === undefined ? undefined : join(output, ...archive.split('/'));
}
