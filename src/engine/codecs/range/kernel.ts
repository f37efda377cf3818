import { cut, endBytes, endValue } from '../interval.ts';
import { Predictor } from './predictor.kernel.ts';

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
