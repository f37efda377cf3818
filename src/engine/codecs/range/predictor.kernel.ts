import { next as nextStates } from '../../trellis/kernel.ts';
import { longestRun } from '../../trellis/runs.ts';
import { columnShiftOf, nearClasses, places, scaleClasses, statisticsClasses } from './model.ts';

const inputs = 5;
const leastProbability = 1024;
const mostProbability = 2 ** 22 - 1024;
const mostWeight = 2 ** 19 - 1;

/** 256 adaptive probabilities, by the bits of a symbol that are known with a 1 before them. */
class ProbabilitySet {
  readonly probabilities: Int32Array;
  readonly seen: Uint8Array;

  constructor({ probabilities, seen }: Pick<ProbabilitySet, 'probabilities' | 'seen'>) {
    this.probabilities = probabilities.slice();
    this.seen = seen.slice();
  }

  learn(node: number, bit: number, rates: Uint16Array): void {
    const [probability, seen] = [this.probabilities[node]!, this.seen[node]!];
    const moved = probability + Math.floor(((bit * 2 ** 22 - probability) * rates[seen]!) / 65536);
    this.probabilities[node] = Math.min(Math.max(moved, leastProbability), mostProbability);
    this.seen[node] = Math.min(255, seen + 1);
  }

  startFrom({ probabilities, seen }: ProbabilitySet): void {
    this.probabilities.set(probabilities);
    seen.forEach((count, node) => (this.seen[node] = Math.min(6, count)));
  }
}

/** A running mean and deviation, 16 bits after the point. */
class Statistics {
  mean = 0;
  deviation = 0;
  seen = 0;

  learn(symbol: number, slowest: number): void {
    const away = symbol * 65536 - this.mean;
    const first = this.seen === 0;
    const change = Math.trunc((Math.abs(away) - this.deviation) / (this.seen + 1));
    this.mean = first ? symbol * 65536 : this.mean + Math.trunc(away / (this.seen + 1));
    this.deviation = first ? 4 * 65536 : this.deviation + change;
    this.seen = Math.min(slowest, this.seen + 1);
  }
}

function classOf(deviation: number, bits: number): number {
  const value = (deviation >> 8) + 256;
  const length = 31 - Math.clz32(value);
  return ((length - 8) << bits) + ((value >> (length - bits)) & ((1 << bits) - 1));
}

/** What is mixed, for each of what symbols are told apart by. */
interface Sets {
  readonly order: ProbabilitySet;
  readonly row: ProbabilitySet;
  readonly scales: readonly ProbabilitySet[];
  readonly statistics: readonly ProbabilitySet[];
  readonly near: readonly ProbabilitySet[];
  readonly columns: readonly ProbabilitySet[];
}

/** Predicts the bits of one symbol after another; the same for both directions. */
export class Predictor {
  readonly flip: number;
  readonly #rates: Uint16Array;
  readonly #squash: Uint16Array;
  readonly #stretch: Int16Array;
  readonly #period: number;
  readonly #low: number;
  readonly #shift: number;
  readonly #isNear: boolean;
  /** Levels of the symbols so far. */
  readonly #levels: number[] = [];
  readonly #weights = new Int32Array(8 * inputs).fill(13107);
  /** Of even states of a trellis, or of all symbols; and of odd states. */
  readonly #halves: readonly Sets[];
  readonly #columns: readonly Statistics[];
  #recentMean = 0;
  #recentDeviation = 4 * 65536;
  #index = 0;
  readonly #direction: number;
  /** Of each column, or of the row in the first. */
  readonly #states: Uint8Array;
  #sets: readonly ProbabilitySet[];
  #stretched: readonly number[] = [];

  constructor(memory: Uint8Array, model: number) {
    const view = new DataView(memory.buffer, memory.byteOffset + model);
    const words = (place: number, count: number) => [memory.buffer, memory.byteOffset + model + place, count] as const;
    this.#rates = new Uint16Array(...words(places.rates, 256));
    this.#squash = new Uint16Array(...words(places.squash, 4096));
    this.#stretch = new Int16Array(...words(places.stretch, 4096));
    this.#period = view.getUint32(places.period, true);
    this.#low = view.getUint32(places.low, true);
    this.#shift = view.getUint32(places.shift, true);
    this.flip = view.getUint32(places.flip, true);
    this.#isNear = view.getUint32(places.isNear, true) !== 0;
    const slots = new Uint32Array(...words(places.initial, 256));
    const initial = {
      probabilities: Int32Array.from(slots, (slot) => slot >>> 10),
      seen: Uint8Array.from(slots, (slot) => slot & 1023),
    };
    this.#direction = view.getUint32(places.trellis, true);
    const sets = (count: number) => Array.from({ length: count }, () => new ProbabilitySet(initial));
    const mixed = (count: number) => sets(this.#period > 0 ? count : 0);
    this.#halves = Array.from({ length: this.#direction > 0 ? 2 : 1 }, () => ({
      order: new ProbabilitySet(initial),
      row: new ProbabilitySet(initial),
      scales: mixed(scaleClasses),
      statistics: mixed(statisticsClasses),
      near: sets(this.#isNear ? nearClasses : 0),
      columns: mixed(((this.#period - 1) >> columnShiftOf(this.#period)) + 1),
    }));
    this.#sets = this.#halves.slice(0, 1).map(({ order }) => order);
    this.#columns = Array.from({ length: this.#period }, () => new Statistics());
    this.#states = new Uint8Array(this.#period);
  }

  /** Before each symbol. */
  beginSymbol(): void {
    if (this.#period === 0) return;
    const column = this.#index % this.#period;
    if (!this.#isNear && column === 0 && this.#index > 0)
      for (const { row, order } of this.#halves) row.startFrom(order);
    const { order, row, scales, statistics, near, columns } = this.#halves[this.#stateOf(column) & 1]!;
    const { mean, deviation } = this.#columns[column]!;
    const level = Math.min(Math.max(((mean >> 16) - this.#low) >> this.#shift, 0), 31);
    const [left = 0, above = 0] = [this.#levels[this.#index - 1], this.#levels[this.#index - this.#period]];
    this.#sets = [
      order,
      this.#isNear ? near[left * 16 + above]! : row,
      scales[classOf(this.#recentDeviation, 2)]!,
      statistics[level * 16 + Math.min(classOf(deviation, 1), 15)]!,
      columns[column >> columnShiftOf(this.#period)]!,
    ];
  }

  /** The state of the trellis before a symbol, 0 without one; runs begin in state 0. */
  #stateOf(column: number): number {
    if (this.#direction === 0) return 0;
    if (this.#direction === 1) {
      if (column % longestRun === 0) this.#states[0] = 0;
      return this.#states[0]!;
    }
    if (column === 0 && (this.#index / this.#period) % longestRun === 0) this.#states.fill(0);
    return this.#states[column]!;
  }

  /** The probability, times 2^16, that the next bit is 1. */
  predict(node: number, depth: number): number {
    if (this.#period === 0) return this.#sets[0]!.probabilities[node]! >> 6;
    this.#stretched = this.#sets.map(({ probabilities }) => this.#stretch[probabilities[node]! >> 10]!);
    let sum = 0;
    this.#stretched.forEach((stretched, input) => {
      sum += (this.#weights[depth * inputs + input]! * stretched) >> 8;
    });
    return this.#squash[Math.min(Math.max(sum >> 8, -2047), 2047) + 2048]!;
  }

  learnBit(node: number, depth: number, bit: number, probability: number): void {
    for (const set of this.#sets) set.learn(node, bit, this.#rates);
    this.#stretched.forEach((stretched, input) => {
      const at = depth * inputs + input;
      const change = ((bit * 65536 - probability) * stretched + 32768) >> 16;
      this.#weights[at] = Math.min(Math.max(this.#weights[at]! + change, -mostWeight), mostWeight);
    });
  }

  /** After each symbol. */
  endSymbol(symbol: number): void {
    if (this.#period === 0) return;
    const column = this.#index % this.#period;
    this.#columns[column]!.learn(symbol, 31);
    const place = this.#direction === 2 ? column : 0;
    if (this.#direction > 0) this.#states[place] = nextStates[2 * this.#states[place]! + (symbol & 1)]!;
    const away = symbol * 65536 - this.#recentMean;
    if (this.#index === 0) this.#recentMean = symbol * 65536;
    else {
      this.#recentMean += Math.trunc(away / (Math.min(255, this.#index) + 1));
      this.#recentDeviation += (Math.abs(away) - this.#recentDeviation) >> 4;
    }
    this.#levels.push(Math.min(Math.max((symbol - this.#low) >> (this.#shift + 1), 0), 15));
    this.#index++;
  }
}
