import type { Interval } from '../figures.ts';
import { below, random } from './random.ts';
import { confidence, fewestUnits, resamples } from './sample.ts';

/** Scores of frames that are or are not what is looked for; frames of one block are resampled together. */
export interface Ranked {
  readonly scores: Float64Array;
  /** 1 or 0 for each score. */
  readonly labels: Uint8Array;
  /** The resampling unit of each score, counted from 0. */
  readonly blocks: Uint32Array;
}

/**
 * The area under the ROC curve: how often a score of label 1 is above one of label 0, ties counting half. Not a number when
 * either label is missing.
 */
export function areaUnderCurve(ranked: Ranked): number {
  return areaWithWeights(sorted(ranked), undefined);
}

/** The percentile interval of the area's difference, or of one area, over resampled blocks; nothing of too few blocks. */
export function areaInterval(
  original: Ranked | undefined,
  candidate: Ranked,
  { seed, identical, count = resamples }: { seed: number; identical: boolean; count?: number },
): Interval | null {
  if (identical && original !== undefined) return { low: 0, high: 0, method: 'exact' };
  const blocks = candidate.blocks.reduce((most, block) => Math.max(most, block + 1), 0);
  if (blocks < fewestUnits) return null;
  const before = original && sorted(original);
  const after = sorted(candidate);
  const next = random(seed);
  const weights = new Uint32Array(blocks);
  const areas: number[] = [];
  for (let resample = 0; resample < count; resample++) {
    weights.fill(0);
    for (let draw = 0; draw < blocks; draw++) {
      const block = below(next, blocks);
      weights[block] = (weights[block] ?? 0) + 1;
    }
    const area = areaWithWeights(after, weights) - (before === undefined ? 0 : areaWithWeights(before, weights));
    if (Number.isFinite(area)) areas.push(area);
  }
  areas.sort((one, other) => one - other);
  const point = areaWithWeights(after, undefined) - (before === undefined ? 0 : areaWithWeights(before, undefined));
  // Resampling n blocks shows (n − 1)/n of their variance; the interval is widened by what is missing.
  const stretch = blocks > 1 ? Math.sqrt(blocks / (blocks - 1)) : 1;
  const tail = (1 - confidence) / 2;
  const at = (probability: number): number => areas[Math.round(probability * (areas.length - 1))] ?? NaN;
  return {
    low: point - (point - at(tail)) * stretch,
    high: point + (at(1 - tail) - point) * stretch,
    method: 'percentile',
  };
}

function sorted({ scores, labels, blocks }: Ranked): Ranked {
  const order = Uint32Array.from(scores.keys()).sort((one, other) => (scores[one] ?? 0) - (scores[other] ?? 0));
  return {
    scores: Float64Array.from(order, (place) => scores[place] ?? 0),
    labels: Uint8Array.from(order, (place) => labels[place] ?? 0),
    blocks: Uint32Array.from(order, (place) => blocks[place] ?? 0),
  };
}

function areaWithWeights({ scores, labels, blocks }: Ranked, weights: Uint32Array | undefined): number {
  let positives = 0;
  let negatives = 0;
  let ranks = 0;
  let passed = 0;
  for (let at = 0; at < scores.length;) {
    const score = scores[at];
    let tied = 0;
    let tiedPositives = 0;
    for (; at < scores.length && (scores[at] === score || Number.isNaN(scores[at])); at++) {
      const weight = weights === undefined ? 1 : (weights[blocks[at] ?? 0] ?? 0);
      tied += weight;
      if (labels[at] === 1) tiedPositives += weight;
    }
    // The mean rank of those that are tied, counted from 1.
    ranks += tiedPositives * (passed + (tied + 1) / 2);
    passed += tied;
    positives += tiedPositives;
    negatives += tied - tiedPositives;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}
