import { cut, endBytes, endValue } from '../interval.ts';
import { Predictor } from './predict.kernel.ts';

/**
 * The loops of the text coder over addresses of one memory. `history` has all bytes from its first on; `model` is where the tables
 * lie and where the rest of a model of 2^`bits` buckets of each kind is kept from call to call.
 */
export interface TextKernel {
  /** Makes a model that has read nothing. */
  begin(model: number, bits: number): void;
  /** Learns the bytes from `start` to `end`, which both sides know. */
  read(history: number, start: number, end: number, model: number, bits: number): void;
  /** Writes the bytes from `start` to `end` to `target`, coded; returns how many those are, or `capacity + 1` when they are more. */
  encode(
    history: number,
    start: number,
    end: number,
    model: number,
    bits: number,
    target: number,
    capacity: number,
  ): number;
  /** Fills the history from `start` to `end`. Returns 0, or 1 where the coded bytes do not end as they must. */
  decode(
    source: number,
    available: number,
    model: number,
    bits: number,
    history: number,
    start: number,
    end: number,
  ): number;
}

/** The reference loops, over the same memory as the compiled ones but with a model of their own. */
export function referenceKernel(memory: Uint8Array): TextKernel {
  let predictor = new Predictor(memory, 1);
  /** Codes one byte, whose bits `codeBit` gives when it is told how probable a 1 is. */
  const codeByte = (
    history: number,
    index: number,
    codeBit: (probability: number, depth: number) => number,
  ): number => {
    predictor.beginByte(history, index);
    let node = 1;
    for (let depth = 0; depth < 8; depth++) {
      if (depth % 4 === 0) predictor.findBuckets(node);
      const bit = codeBit(predictor.predict(node, depth), depth);
      predictor.learn(bit, depth);
      node = 2 * node + bit;
    }
    return node & 255;
  };
  return {
    begin(_model, bits) {
      predictor = new Predictor(memory, bits);
    },

    read(history, start, end) {
      for (let index = start; index < end; index++) {
        codeByte(history, index, (_probability, depth) => (memory[history + index]! >> (7 - depth)) & 1);
        predictor.endByte(history, index);
      }
    },

    encode(history, start, end, _model, _bits, target, capacity) {
      let [low, high, written] = [0, 0xffff_ffff, 0];
      for (let index = start; index < end; index++) {
        codeByte(history, index, (probability, depth) => {
          const bit = (memory[history + index]! >> (7 - depth)) & 1;
          const middle = cut(low, high, probability);
          if (bit === 1) high = middle;
          else low = middle + 1;
          for (; low >>> 24 === high >>> 24; written++) {
            if (written < capacity) memory[target + written] = high >>> 24;
            [low, high] = [(low << 8) >>> 0, ((high << 8) | 255) >>> 0];
          }
          return bit;
        });
        if (written > capacity) return capacity + 1;
        predictor.endByte(history, index);
      }
      const rest = endBytes(low, high);
      if (written + rest > capacity) return capacity + 1;
      for (let byte = 0; byte < rest; byte++)
        memory[target + written++] = Math.floor(endValue(low, rest) / 2 ** (24 - 8 * byte));
      return written;
    },

    decode(source, available, _model, _bits, history, start, end) {
      let [low, high, code, read] = [0, 0xffff_ffff, 0, 0];
      const shiftIn = (): void => {
        code = ((code << 8) | (read < available ? memory[source + read]! : 0)) >>> 0;
        read++;
      };
      while (read < 4) shiftIn();
      for (let index = start; index < end; index++) {
        memory[history + index] = codeByte(history, index, (probability) => {
          const middle = cut(low, high, probability);
          const bit = code <= middle ? 1 : 0;
          if (bit === 1) high = middle;
          else low = middle + 1;
          while (low >>> 24 === high >>> 24) {
            [low, high] = [(low << 8) >>> 0, ((high << 8) | 255) >>> 0];
            shiftIn();
          }
          return bit;
        });
        predictor.endByte(history, index);
      }
      const rest = endBytes(low, high);
      return read - 4 + rest === available && code === endValue(low, rest) ? 0 : 1;
    },
  };
}
