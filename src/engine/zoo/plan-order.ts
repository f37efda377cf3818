import { createHash } from 'node:crypto';
import type { PlannedModel } from './plan.ts';

/** Models that are joined by bases are one unit, called after the first of them. */
export function nameUnits(decided: ReadonlyMap<string, PlannedModel>): PlannedModel[] {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    let at = id;
    for (let parent = parents.get(at); parent !== undefined; parent = parents.get(at)) at = parent;
    return at;
  };
  for (const { id, bases } of decided.values())
    for (const base of bases) {
      const [first, second] = [rootOf(id), rootOf(base)].sort();
      if (first !== undefined && second !== undefined && first !== second) parents.set(second, first);
    }
  return [...decided.values()].map((model) => ({ ...model, unit: rootOf(model.id) }));
}

/** Dependants before their bases, which are then still there as files; of units the one with the smallest archives first. */
export function inOrder(models: readonly PlannedModel[]): PlannedModel[] {
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

/** Whether a model is this machine's, of `count`: whole units by a hash of their name, so that every machine says the same. */
export function isInShard(
  { unit }: PlannedModel,
  { index, count }: { readonly index: number; readonly count: number },
): boolean {
  return createHash('sha256').update(unit).digest().readUInt32LE(0) % count === index - 1;
}
