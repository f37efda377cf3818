import { cut, endBytes, endValue } from '../../kernels/interval.as';
import { endByte, learn } from './learn.as';
import { beginByte, expectedByte, findBuckets, predict } from './predict.as';

export { begin } from './predict.as';

/** See `kernel.ts`. */
export function read(history: usize, start: u32, end: u32, model: usize, bits: u32): void {
  for (let index = start; index < end; index++) {
    const byte = <u32>load<u8>(history + <usize>index);
    const expected = expectedByte(model, history);
    beginByte(model, index);
    let node: u32 = 1;
    for (let depth: u32 = 0; depth < 8; depth++) {
      if ((depth & 3) === 0) findBuckets(model, bits, node);
      const bit = (byte >> (7 - depth)) & 1;
      predict(model, <usize>node, depth, expected >> (7 - depth));
      learn(model, bit);
      node = (node << 1) | bit;
    }
    endByte(model, bits, history, index);
  }
}

/** See `kernel.ts`. */
export function encode(
  history: usize,
  start: u32,
  end: u32,
  model: usize,
  bits: u32,
  target: usize,
  capacity: usize,
): usize {
  let low: u32 = 0;
  let high: u32 = 0xffffffff;
  let at = target;
  const limit = target + capacity;
  for (let index = start; index < end; index++) {
    const byte = <u32>load<u8>(history + <usize>index);
    const expected = expectedByte(model, history);
    beginByte(model, index);
    let node: u32 = 1;
    for (let depth: u32 = 0; depth < 8; depth++) {
      if ((depth & 3) === 0) findBuckets(model, bits, node);
      const bit = (byte >> (7 - depth)) & 1;
      const middle = cut(low, high, predict(model, <usize>node, depth, expected >> (7 - depth)));
      high = select(middle, high, bit !== 0);
      low = select(low, middle + 1, bit !== 0);
      while (((low ^ high) & 0xff000000) === 0) {
        if (at === limit) return capacity + 1;
        store<u8>(at++, high >> 24);
        low <<= 8;
        high = (high << 8) | 255;
      }
      learn(model, bit);
      node = (node << 1) | bit;
    }
    endByte(model, bits, history, index);
  }
  const rest = endBytes(low, high);
  if (at + rest > limit) return capacity + 1;
  const value = endValue(low, rest);
  for (let byte: usize = 0; byte < rest; byte++) store<u8>(at++, <u8>(value >> (24 - 8 * <u64>byte)));
  return at - target;
}

/** See `kernel.ts`. */
export function decode(
  source: usize,
  available: usize,
  model: usize,
  bits: u32,
  history: usize,
  start: u32,
  end: u32,
): u32 {
  let low: u32 = 0;
  let high: u32 = 0xffffffff;
  let code: u32 = 0;
  let at = source;
  const limit = source + available;
  for (; at < source + 4; at++) code = (code << 8) | (at < limit ? <u32>load<u8>(at) : 0);
  for (let index = start; index < end; index++) {
    const expected = expectedByte(model, history);
    beginByte(model, index);
    let node: u32 = 1;
    for (let depth: u32 = 0; depth < 8; depth++) {
      if ((depth & 3) === 0) findBuckets(model, bits, node);
      const middle = cut(low, high, predict(model, <usize>node, depth, expected >> (7 - depth)));
      const bit = <u32>(code <= middle);
      high = select(middle, high, bit !== 0);
      low = select(low, middle + 1, bit !== 0);
      while (((low ^ high) & 0xff000000) === 0) {
        low <<= 8;
        high = (high << 8) | 255;
        code = (code << 8) | (at < limit ? <u32>load<u8>(at) : 0);
        at++;
      }
      learn(model, bit);
      node = (node << 1) | bit;
    }
    store<u8>(history + <usize>index, node);
    endByte(model, bits, history, index);
  }
  const rest = endBytes(low, high);
  return <u32>(at - 4 + rest !== limit || <u64>code !== endValue(low, rest));
}
