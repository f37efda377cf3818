import {
  leastMatch,
  matchesAt,
  ratesAt,
  saidAt,
  setBytes,
  slotsAt,
  stateAt,
  stretchedAt,
} from './places.as';

const mostSeen: u32 = 30;
const mostWeight: i32 = (1 << 19) - 1;
const mostCompared: u32 = 32;

/** Moves weights so that they would have said the bit that came more clearly. */
// @ts-ignore: decorator
@inline
function learnWeights(model: usize, weights: usize, error: i32): void {
  const errors = i32x4.splat((error * load<i32>(model, stateAt + 24)) >> 4);
  const rounding = i32x4.splat(32768);
  const most = i32x4.splat(mostWeight);
  const least = i32x4.splat(-mostWeight);
  for (let at: usize = 0; at < setBytes; at += 16) {
    const change = i32x4.mul(errors, v128.load(model + stretchedAt + at));
    const moved = i32x4.add(v128.load(weights + at), i32x4.shr_s(i32x4.add(change, rounding), 16));
    v128.store(weights + at, i32x4.min_s(i32x4.max_s(moved, least), most));
  }
}

/** A slot is a probability of 10 bits and a count of 6. */
// @ts-ignore: decorator
@inline
function learnSlot(model: usize, target: i32, input: usize): void {
  const slot = load<usize>(model + slotsAt + 4 * input);
  const value = <u32>load<u16>(slot);
  const seen = value & 63;
  const probability = <i32>(value & 0xffc0);
  const moved = probability + (((target - probability) * <i32>load<u16>(model + ratesAt + (seen << 1))) >> 16);
  const kept = <u32>min(max(moved, 64), 65472) & 0xffc0;
  store<u16>(slot, kept | (seen < mostSeen ? seen + 1 : seen));
}

// @ts-ignore: decorator
@inline
function learnCells(cell: usize, target: i32): void {
  const at = <i32>load<u16>(cell);
  const next = <i32>load<u16>(cell, 2);
  store<u16>(cell, at + ((target - at) >> 6));
  store<u16>(cell, next + ((target - next) >> 6), 2);
}

/** Learns the bit that {@link predict} was asked for. */
export function learn(model: usize, bit: u32): void {
  const target: i32 = bit !== 0 ? 65535 : 0;
  learnWeights(model, load<usize>(model, saidAt + 8), <i32>(bit << 16) - load<i32>(model, saidAt));
  learnWeights(model, load<usize>(model, saidAt + 12), <i32>(bit << 16) - load<i32>(model, saidAt + 4));
  learnSlot(model, target, 0);
  learnSlot(model, target, 1);
  learnSlot(model, target, 2);
  learnSlot(model, target, 3);
  learnSlot(model, target, 4);
  learnSlot(model, target, 5);
  learnSlot(model, target, 6);
  const matched = load<usize>(model, slotsAt + 28);
  if (matched !== 0) {
    const isRight = load<u32>(model, saidAt + 24) === bit;
    const value = <i32>load<u16>(matched);
    store<u16>(matched, isRight ? value + ((65535 - value) >> 7) : value - (value >> 7));
    if (!isRight) store<u32>(model, 0, stateAt + 20);
  }
  learnCells(load<usize>(model, saidAt + 16), target);
  learnCells(load<usize>(model, saidAt + 20), target);
}

// @ts-ignore: decorator
@inline
function isOfWord(byte: u32): bool {
  return (byte | 32) - 97 < 26 || byte >= 128 || byte - 48 < 10 || byte === 95;
}

/** Learns byte number `index`, which is in `history`, once all its bits are known. */
export function endByte(model: usize, bits: u32, history: usize, index: u32): void {
  const byte = <u32>load<u8>(history + <usize>index);
  const before = (load<u32>(model, stateAt + 4) << 8) | (load<u32>(model, stateAt) >> 24);
  const last = (load<u32>(model, stateAt) << 8) | byte;
  store<u32>(model, last, stateAt);
  store<u32>(model, before, stateAt + 4);
  const word = load<u32>(model, stateAt + 8);
  if (isOfWord(byte)) store<u32>(model, (word + byte + 1) * 0x2f0b4c47, stateAt + 8);
  else if (word !== 0) {
    store<u32>(model, word, stateAt + 12);
    store<u32>(model, 0, stateAt + 8);
  }
  let length = load<u32>(model, stateAt + 20);
  if (length > 0) {
    length = min(length + 1, 65535);
    store<u32>(model, load<u32>(model, stateAt + 16) + 1, stateAt + 16);
  }
  if (index >= leastMatch - 1) {
    let hash = (last * 0x2f0b4c47) ^ ((before & 0xffff) * 0x9e3779b1);
    hash = (hash ^ (hash >> 14)) * 0x85ebca6b;
    const entry = model + matchesAt + ((<usize>(hash >> (30 - bits))) << 2);
    if (length === 0) {
      const next = load<u32>(entry);
      while (length < mostCompared && length < next) {
        if (load<u8>(history + <usize>(next - 1 - length)) !== load<u8>(history + <usize>(index - length))) break;
        length++;
      }
      if (length < leastMatch) length = 0;
      store<u32>(model, next, stateAt + 16);
    }
    store<u32>(entry, index + 1);
  }
  store<u32>(model, length, stateAt + 20);
}
