import { distance } from 'fastest-levenshtein';
import { UsageError } from '../../engine/errors.ts';
import type { Decoder } from '../decode/decode.ts';
import { Collector } from '../statistics/collector.ts';
import type { Observation, Scorer } from './metric.ts';

/** Wrong characters (inserted, left out or replaced) for each character of what should be read. */
export function characterErrors(decoder: Decoder, against: 'target' | 'original'): Scorer {
  return textScorer(decoder, against, (found, wanted) => [distance(found, wanted), wanted.length]);
}

/** How often the whole text is right. */
export function exactText(decoder: Decoder, against: 'target' | 'original'): Scorer {
  return textScorer(decoder, against, (found, wanted) => [found === wanted ? 1 : 0, 1]);
}

function textScorer(
  decoder: Decoder,
  against: 'target' | 'original',
  score: (found: string, wanted: string) => readonly [number, number],
): Scorer {
  const collector = new Collector();
  return {
    add(observation) {
      const wanted = against === 'original' ? decoder.words(observation.reference) : wantedText(observation);
      collector.add(observation.block, ...score(decoder.words(observation.output), wanted));
    },
    measured: () => ({ kind: 'sums', collector, value: collector.total / collector.weight, transform: 'none' }),
  };
}

function wantedText({ target }: Observation): string {
  if (target === undefined || !('text' in target))
    throw new UsageError('The task gives no text as its target, which this metric needs.');
  return target.text;
}
