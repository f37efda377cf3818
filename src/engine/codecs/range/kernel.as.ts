import { cut, endBytes, endValue } from '../../kernels/interval.as';
import { begin, chooseSets, firstSet, learnBit, learnMixed, learnSymbol, mix } from './predictor.as';

/** See `kernel.ts`. */
export function encode(source: usize, length: usize, model: usize, target: usize, capacity: usize): usize {
  begin(model);
  const period = <usize>load<u32>(model);
  const flip = load<u32>(model, 12);
  const order = firstSet(model);
  let low: u32 = 0;
  let high: u32 = 0xffffffff;
  let at = target;
  const limit = target + capacity;
  let column: usize = 0;
  for (let index: usize = 0; index < length; index++) {
    const symbol = <u32>load<u8>(source + index) ^ flip;
    if (period !== 0) chooseSets(model, column, index, source);
    let node: usize = 1;
    for (let depth: usize = 0; depth < 8; depth++) {
      const bit = (symbol >> (7 - <u32>depth)) & 1;
      const slot = order + (node << 2);
      const probability = period !== 0 ? mix(model, node, depth) : <i32>(load<u32>(slot) >> 16);
      const middle = cut(low, high, probability);
      high = select(middle, high, bit !== 0);
      low = select(low, middle + 1, bit !== 0);
      while (((low ^ high) & 0xff000000) === 0) {
        if (at === limit) return capacity + 1;
        store<u8>(at++, high >> 24);
        low <<= 8;
        high = (high << 8) | 255;
      }
      if (period !== 0) learnMixed(model, node, depth, bit, probability);
      else learnBit(model, slot, bit);
      node = (node << 1) | bit;
    }
    if (period !== 0) {
      learnSymbol(model, column, symbol);
      if (++column === period) column = 0;
    }
  }
  const rest = endBytes(low, high);
  if (at + rest > limit) return capacity + 1;
  const value = endValue(low, rest);
  for (let byte: usize = 0; byte < rest; byte++) store<u8>(at++, <u8>(value >> (24 - 8 * <u64>byte)));
  return at - target;
}

/** See `kernel.ts`. */
export function decode(source: usize, available: usize, model: usize, target: usize, length: usize): u32 {
  begin(model);
  const period = <usize>load<u32>(model);
  const flip = load<u32>(model, 12);
  const order = firstSet(model);
  let low: u32 = 0;
  let high: u32 = 0xffffffff;
  let code: u32 = 0;
  let at = source;
  const end = source + available;
  for (; at < source + 4; at++) code = (code << 8) | (at < end ? <u32>load<u8>(at) : 0);
  let column: usize = 0;
  for (let index: usize = 0; index < length; index++) {
    if (period !== 0) chooseSets(model, column, index, target);
    let node: usize = 1;
    for (let depth: usize = 0; depth < 8; depth++) {
      const slot = order + (node << 2);
      const probability = period !== 0 ? mix(model, node, depth) : <i32>(load<u32>(slot) >> 16);
      const middle = cut(low, high, probability);
      const bit = <u32>(code <= middle);
      high = select(middle, high, bit !== 0);
      low = select(low, middle + 1, bit !== 0);
      while (((low ^ high) & 0xff000000) === 0) {
        low <<= 8;
        high = (high << 8) | 255;
        code = (code << 8) | (at < end ? <u32>load<u8>(at) : 0);
        at++;
      }
      if (period !== 0) learnMixed(model, node, depth, bit, probability);
      else learnBit(model, slot, bit);
      node = (node << 1) | bit;
    }
    const symbol = <u32>(node & 255);
    store<u8>(target + index, symbol ^ flip);
    if (period !== 0) {
      learnSymbol(model, column, symbol);
      if (++column === period) column = 0;
    }
  }
  const rest = endBytes(low, high);
  return <u32>(at - 4 + rest !== end || <u64>code !== endValue(low, rest));
}

/** See `kernel.ts`. */
export function price(source: usize, length: usize, model: usize, logarithms: usize, target: usize): void {
  begin(model);
  const period = <usize>load<u32>(model);
  const flip = load<u32>(model, 12);
  const order = firstSet(model);
  let column: usize = 0;
  for (let index: usize = 0; index < length; index++) {
    const own = <i32>load<i8>(source + index);
    if (period !== 0) chooseSets(model, column, index, source);
    const prices = target + 6 * index;
    for (let place = 0; place < 5; place++) {
      const code = min(max(own + place - 2, -127), 127);
      store<u8>(prices + place, bitsOf(model, order, period, (<u32>code & 255) ^ flip, logarithms));
    }
    store<u8>(prices, bitsOf(model, order, period, flip, logarithms), 5);
    const symbol = (<u32>own & 255) ^ flip;
    let node: usize = 1;
    for (let depth: usize = 0; depth < 8; depth++) {
      const bit = (symbol >> (7 - <u32>depth)) & 1;
      if (period !== 0) learnMixed(model, node, depth, bit, mix(model, node, depth));
      else learnBit(model, order + (node << 2), bit);
      node = (node << 1) | bit;
    }
    if (period !== 0) {
      learnSymbol(model, column, symbol);
      if (++column === period) column = 0;
    }
  }
}

/** What a symbol would take where the model is now, in sixteenths of a bit. */
function bitsOf(model: usize, order: usize, period: usize, symbol: u32, logarithms: usize): u32 {
  let node: usize = 1;
  let bits: u32 = 0;
  for (let depth: usize = 0; depth < 8; depth++) {
    const bit = (symbol >> (7 - <u32>depth)) & 1;
    const one = period !== 0 ? mix(model, node, depth) : <i32>(load<u32>(order + (node << 2)) >> 16);
    const probability = bit !== 0 ? one : 65536 - one;
    bits += load<u16>(logarithms + ((probability >> 4) << 1));
    node = (node << 1) | bit;
  }
  return min((bits + 8) >> 4, 255);
}
