import type { Preset } from '../codecs/codec.ts';
import { bitDistance, type Estimator, type Sketch } from './sketch.ts';

export interface Member {
  readonly id: string;
  readonly sketch: Sketch;
  readonly preset: Preset;
  /** Bytes of its archive by itself. */
  readonly alone: number;
}

/** What a model is stored as a difference to, and what that should come to. */
export interface Kinship {
  readonly bases: readonly string[];
  readonly bytes: number;
  readonly how: 'fine-tune' | 'run' | 'shared-tensors';
}

/** A difference that saves less than this is not worth depending on another file. */
const leastGain = 0.05;
const mostCompared = 64;
/** As deep as restoring follows bases. */
const mostDeep = 8;
const leastShared = 0.05;
const mostBases = 4;

/**
 * Finds which models to store as differences. Among models of one signature: the checkpoints of one run each to the one
 * before, every `rebaseEvery`-th by itself; else all that gain by it to the one that is nearest to all. Of the rest, models
 * that share whole tensors with another. Never in a circle, never deeper than restoring follows.
 */
export function findFamilies(
  members: readonly Member[],
  estimator: Estimator,
  rebaseEvery: number,
): ReadonlyMap<string, Kinship> {
  const kin = new Map<string, Kinship>();
  for (const group of grouped(members, ({ sketch }) => sketch.signature).values()) {
    if (group.length < 2 || group[0]?.sketch.signature === '') continue;
    const runs = [...grouped(group, ({ id }) => runOf(id)?.name ?? '')].filter(
      ([name, run]) => name !== '' && run.length > 2,
    );
    for (const [, run] of runs) chain(run, kin, estimator, rebaseEvery);
    const inRuns = new Set(runs.flatMap(([, run]) => run));
    star(
      group.filter((member) => !inRuns.has(member)),
      kin,
      estimator,
    );
  }
  shareTensors(members, kin);
  return kin;
}

const stepNumber = /^(.*?)((?:step|epoch|checkpoint|ckpt|iter|global_step)[-_=]?)(\d+)(.*)$/i;

/** Which run of training a model is of, and how far along. */
export function runOf(id: string): { readonly name: string; readonly step: number } | undefined {
  const [, before = '', word = '', digits, after = ''] = stepNumber.exec(id) ?? [];
  return digits === undefined ? undefined : { name: `${before}${word}#${after}`, step: Number(digits) };
}

function chain(run: readonly Member[], kin: Map<string, Kinship>, estimator: Estimator, rebaseEvery: number): void {
  const steps = [...run].sort((one, other) => (runOf(one.id)?.step ?? 0) - (runOf(other.id)?.step ?? 0));
  let sinceBase = 0;
  steps.forEach((member, place) => {
    const before = steps[place - 1];
    const found = sinceBase + 1 < rebaseEvery && before && gain(member, before, estimator);
    sinceBase = found ? sinceBase + 1 : 0;
    if (found) kin.set(member.id, { bases: [before.id], bytes: found, how: 'run' });
  });
}

function star(group: readonly Member[], kin: Map<string, Kinship>, estimator: Estimator): void {
  const compared = group.slice(0, mostCompared);
  const middle = compared
    .map((member) => ({
      member,
      sum: compared.reduce((sum, { sketch }) => sum + bitDistance(member.sketch, sketch), 0),
    }))
    .reduce<{ member: Member; sum: number } | undefined>(
      (best, next) => (best && best.sum <= next.sum ? best : next),
      undefined,
    );
  if (!middle) return;
  const strangers: Member[] = [];
  let relatives = 0;
  for (const member of group) {
    if (member === middle.member) continue;
    const bytes = gain(member, middle.member, estimator);
    if (bytes === undefined) strangers.push(member);
    else {
      relatives++;
      kin.set(member.id, { bases: [middle.member.id], bytes, how: 'fine-tune' });
    }
  }
  // What is unlike this family may be another one.
  if (strangers.length > 1 && (relatives > 0 || strangers.length < group.length - 1)) star(strangers, kin, estimator);
}

function gain(member: Member, base: Member, estimator: Estimator): number | undefined {
  const bytes = estimator.estimate(member.sketch, member.preset, base.sketch);
  return bytes < (1 - leastGain) * member.alone ? bytes : undefined;
}

function shareTensors(members: readonly Member[], kin: Map<string, Kinship>): void {
  const holders = new Map<string, Member>();
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    const depth = Math.max(0, ...(kin.get(id)?.bases ?? []).map((base) => depthOf(base) + 1));
    depths.set(id, depth);
    return depth;
  };
  for (const member of members) depthOf(member.id);
  for (const member of members) {
    const shared = new Map<string, number>();
    for (const [probe, bytes] of member.sketch.probes) {
      const holder = holders.get(probe);
      if (holder) shared.set(holder.id, (shared.get(holder.id) ?? 0) + bytes);
    }
    const worth = [...shared]
      .filter(([id, bytes]) => bytes > leastShared * member.sketch.bytes && depthOf(id) + 1 < mostDeep)
      .sort(([, one], [, other]) => other - one)
      .slice(0, mostBases);
    const isRelated = kin.has(member.id) || [...kin.values()].some(({ bases }) => bases.includes(member.id));
    if (worth.length > 0 && !isRelated) {
      const bytes = worth.reduce((sum, [, length]) => sum + length, 0);
      const left = Math.round(member.alone * (1 - Math.min(1, bytes / member.sketch.bytes)));
      kin.set(member.id, { bases: worth.map(([id]) => id), bytes: left, how: 'shared-tensors' });
      depths.set(member.id, Math.max(...worth.map(([id]) => depthOf(id) + 1)));
    }
    for (const probe of member.sketch.probes.keys()) if (!holders.has(probe)) holders.set(probe, member);
  }
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
