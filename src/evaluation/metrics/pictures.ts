import { numbersOf } from '../compare/rows.ts';
import { Collector } from '../statistics/collector.ts';
import type { Scorer } from './metric.ts';
import { wantedNumbers } from './numbers.ts';

/** Mean over the items of the peak signal to noise ratio in dB, of outputs brought to 0 … peak and rounded. */
export function psnr(scale: number, peak: number, against: 'target' | 'original'): Scorer {
  const collector = new Collector();
  const level = (value: number): number => Math.min(peak, Math.max(0, Math.round(value * scale)));
  return {
    add(observation) {
      const numbers = numbersOf(observation.output);
      const wanted = against === 'original' ? numbersOf(observation.reference) : wantedNumbers(observation);
      let squares = 0;
      for (let at = 0; at < numbers.length; at++) {
        const right = wanted[at] ?? NaN;
        squares += (level(numbers[at] ?? NaN) - (against === 'original' ? level(right) : right)) ** 2;
      }
      collector.add(observation.block, 10 * Math.log10((peak * peak) / (squares / numbers.length)), 1);
    },
    measured: () => ({ kind: 'sums', collector, value: collector.total / collector.weight, transform: 'none' }),
  };
}

/** Elements above a threshold in both, for each in either: the overlap of masks, over all items. */
export function overlap(threshold: number, against: 'target' | 'original'): Scorer {
  const collector = new Collector();
  return {
    add(observation) {
      const numbers = numbersOf(observation.output);
      const wanted = against === 'original' ? numbersOf(observation.reference) : wantedNumbers(observation);
      let both = 0;
      let either = 0;
      for (let at = 0; at < numbers.length; at++) {
        const found = (numbers[at] ?? 0) > threshold;
        const right = (wanted[at] ?? 0) > threshold;
        if (found && right) both++;
        if (found || right) either++;
      }
      collector.add(observation.block, both, either);
    },
    measured: () => ({ kind: 'sums', collector, value: collector.total / collector.weight, transform: 'none' }),
  };
}
