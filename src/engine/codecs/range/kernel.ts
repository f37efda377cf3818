import { cut, endBytes, endValue } from '../interval.ts';
import { columnShiftOf, nearClasses, places, scaleClasses, statisticsClasses } from './model.ts';

/** The loops of the range coder over addresses of one memory. `model` is where a model's parameters and tables lie. */
export interface RangeKernel {
  /** Writes the coded bytes to `target`; returns how many, or `capacity + 1` when they are more than `capacity`. */
  encode(source: number, length: number, model: number, target: number, capacity: number): number;
  /** Returns 0, or 1 where the coded bytes do not end as they must. */
  decode(source: number, available: number, model: number, target: number, length: number): number;
  /**
   * For each of `length` signed bytes writes to `target` what the byte less 2, less 1, itself, plus 1 and plus 2 (from −127 to
   * 127) and 0 would take there, when those before it are coded as they are: six prices, in sixteenths of a bit up to 255.
   * `logarithms` is where {@link logarithms} lie.
   */
  price(source: number, length: number, model: number, logarithms: number, target: number): void;
}

/** −log2 of probabilities from 0 to 4095 of 4096, in 1 / 256. */
export const logarithms = Uint16Array.from({ length: 4096 }, (_, at) =>
  Math.round(-256 * Math.log2((at + 0.5) / 4096)),
);

const inputs = 5;
const leastProbability = 1024;
const mostProbability = 2 ** 22 - 1024;
const mostWeight = 2 ** 19 - 1;

/** 256 adaptive probabilities, by the bits of a symbol that are known with a 1 before them. */
class ProbabilitySet {
  readonly probabilities: Int32Array;
  readonly seen: Uint8Array;

  constructor(initial: Uint32Array) {
    this.probabilities = Int32Array.from(initial, (slot) => slot >>> 10);
    this.seen = Uint8Array.from(initial, (slot) => slot & 1023);
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

/** Predicts the bits of one symbol after another; the same for both directions. */
class Predictor {
  readonly flip: number;
  readonly #rates: Uint16Array;
  readonly #squash: Uint16Array;
  readonly #stretch: Int16Array;
  readonly #period: number;
  readonly #low: number;
  readonly #shift: number;
  readonly #isNear: boolean;
  readonly #near: readonly ProbabilitySet[];
  /** Levels of the symbols so far. */
  readonly #levels: number[] = [];
  readonly #weights = new Int32Array(8 * inputs).fill(13107);
  readonly #order: ProbabilitySet;
  readonly #row: ProbabilitySet;
  readonly #scales: readonly ProbabilitySet[];
  readonly #statistics: readonly ProbabilitySet[];
  readonly #columnSets: readonly ProbabilitySet[];
  readonly #columns: readonly Statistics[];
  #recentMean = 0;
  #recentDeviation = 4 * 65536;
  #index = 0;
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
    const initial = new Uint32Array(...words(places.initial, 256));
    const sets = (count: number) => Array.from({ length: count }, () => new ProbabilitySet(initial));
    [this.#order, this.#row] = [new ProbabilitySet(initial), new ProbabilitySet(initial)];
    this.#sets = [this.#order];
    const isMixed = this.#period > 0;
    this.#scales = sets(isMixed ? scaleClasses : 0);
    this.#statistics = sets(isMixed ? statisticsClasses : 0);
    this.#near = sets(this.#isNear ? nearClasses : 0);
    this.#columns = Array.from({ length: this.#period }, () => new Statistics());
    this.#columnSets = sets(isMixed ? ((this.#period - 1) >> columnShiftOf(this.#period)) + 1 : 0);
  }

  /** Before each symbol. */
  beginSymbol(): void {
    if (this.#period === 0) return;
    const column = this.#index % this.#period;
    if (!this.#isNear && column === 0 && this.#index > 0) this.#row.startFrom(this.#order);
    const { mean, deviation } = this.#columns[column]!;
    const level = Math.min(Math.max(((mean >> 16) - this.#low) >> this.#shift, 0), 31);
    const [left = 0, above = 0] = [this.#levels[this.#index - 1], this.#levels[this.#index - this.#period]];
    this.#sets = [
      this.#order,
      this.#isNear ? this.#near[left * 16 + above]! : this.#row,
      this.#scales[classOf(this.#recentDeviation, 2)]!,
      this.#statistics[level * 16 + Math.min(classOf(deviation, 1), 15)]!,
      this.#columnSets[column >> columnShiftOf(this.#period)]!,
    ];
  }

  /** The probability, times 2^16, that the next bit is 1. */
  predict(node: number, depth: number): number {
    if (this.#period === 0) return this.#order.probabilities[node]! >> 6;
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
    this.#columns[this.#index % this.#period]!.learn(symbol, 31);
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

/** The reference loops, over the same memory as the compiled ones. */
export function referenceKernel(memory: Uint8Array): RangeKernel {
  return {
    encode(source, length, model, target, capacity) {
      const predictor = new Predictor(memory, model);
      let [low, high, written] = [0, 0xffff_ffff, 0];
      for (let index = 0; index < length; index++) {
        const symbol = memory[source + index]! ^ predictor.flip;
        predictor.beginSymbol();
        for (let depth = 0, node = 1; depth < 8; depth++) {
          const bit = (symbol >> (7 - depth)) & 1;
          const probability = predictor.predict(node, depth);
          const middle = cut(low, high, probability);
          if (bit === 1) high = middle;
          else low = middle + 1;
          while (low >>> 24 === high >>> 24) {
            if (written === capacity) return capacity + 1;
            memory[target + written++] = high >>> 24;
            [low, high] = [(low << 8) >>> 0, ((high << 8) | 255) >>> 0];
          }
          predictor.learnBit(node, depth, bit, probability);
          node = 2 * node + bit;
        }
        predictor.endSymbol(symbol);
      }
      const rest = endBytes(low, high);
      if (written + rest > capacity) return capacity + 1;
      for (let byte = 0; byte < rest; byte++)
        memory[target + written++] = Math.floor(endValue(low, rest) / 2 ** (24 - 8 * byte));
      return written;
    },

    price(source, length, model, table, target) {
      const predictor = new Predictor(memory, model);
      const logs = new Uint16Array(memory.buffer, memory.byteOffset + table, 4096);
      const bitAt = (symbol: number, depth: number): number => (symbol >> (7 - depth)) & 1;
      for (let index = 0; index < length; index++) {
        predictor.beginSymbol();
        const own = (memory[source + index]! << 24) >> 24;
        const codes = [-2, -1, 0, 1, 2].map((more) => Math.min(Math.max(own + more, -127), 127));
        [...codes, 0].forEach((code, place) => {
          const symbol = (code & 255) ^ predictor.flip;
          let bits = 0;
          for (let depth = 0, node = 1; depth < 8; depth++) {
            const one = predictor.predict(node, depth);
            bits += logs[(bitAt(symbol, depth) === 1 ? one : 65536 - one) >> 4]!;
            node = 2 * node + bitAt(symbol, depth);
          }
          memory[target + 6 * index + place] = Math.min((bits + 8) >> 4, 255);
        });
        const symbol = (own & 255) ^ predictor.flip;
        for (let depth = 0, node = 1; depth < 8; depth++) {
          const bit = bitAt(symbol, depth);
          predictor.learnBit(node, depth, bit, predictor.predict(node, depth));
          node = 2 * node + bit;
        }
        predictor.endSymbol(symbol);
      }
    },

    decode(source, available, model, target, length) {
      const predictor = new Predictor(memory, model);
      let [low, high, code, read] = [0, 0xffff_ffff, 0, 0];
      const shiftIn = (): void => {
        code = ((code << 8) | (read < available ? memory[source + read]! : 0)) >>> 0;
        read++;
      };
      while (read < 4) shiftIn();
      for (let index = 0; index < length; index++) {
        predictor.beginSymbol();
        let node = 1;
        for (let depth = 0; depth < 8; depth++) {
          const probability = predictor.predict(node, depth);
          const middle = cut(low, high, probability);
          const bit = code <= middle ? 1 : 0;
          if (bit === 1) high = middle;
          else low = middle + 1;
          while (low >>> 24 === high >>> 24) {
            [low, high] = [(low << 8) >>> 0, ((high << 8) | 255) >>> 0];
            shiftIn();
          }
          predictor.learnBit(node, depth, bit, probability);
          node = 2 * node + bit;
        }
        memory[target + index] = (node & 255) ^ predictor.flip;
        predictor.endSymbol(node & 255);
      }
      const rest = endBytes(low, high);
      return read - 4 + rest === available && code === endValue(low, rest) ? 0 : 1;
    },
  };
}
