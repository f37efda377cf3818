import {
  bucketsAt,
  contextsAt,
  matchRefinementsAt,
  matchedAt,
  matchesAt,
  order1At,
  refinementsAt,
  saidAt,
  secondWeightsAt,
  setBytes,
  slotsAt,
  squashAt,
  stateAt,
  stretchAt,
  stretchedAt,
  weightsAt,
} from './places.as';

const bucketBytes: usize = 32;
const refinementBytes: usize = 34;
const half: u32 = 0x8000;

/** A model before its first byte, with 2^`bits` buckets of each kind. */
export function begin(model: usize, bits: u32): void {
  memory.fill(model + stretchedAt, 0, matchedAt - stretchedAt);
  for (let at: usize = 0; at < 64; at += 2) store<u16>(model + matchedAt + at, 0xc000);
  for (let at: usize = 0; at < (256 + 1024) * setBytes; at += setBytes) {
    const set = model + weightsAt + at;
    for (let input: usize = 0; input < 24; input += 4) store<i32>(set + input, 19660);
    store<i32>(set + 24, 16384);
    store<i32>(set + 28, 16384);
  }
  for (let at = model + order1At, end = model + refinementsAt; at < end; at += 2) store<u16>(at, half);
  const refinements = model + refinementsAt;
  for (let knot: usize = 0; knot < 17; knot++) store<u16>(refinements + 2 * knot, squash(model, (<i32>knot - 8) << 8));
  const allRows = matchesAt - refinementsAt;
  for (let filled = refinementBytes; filled < allRows; filled <<= 1)
    memory.copy(refinements + filled, refinements, min(filled, allRows - filled));
  memory.fill(model + matchesAt, 0, ((<usize>4) << (bits + 2)) + ((6 * bucketBytes) << bits));
}

// @ts-ignore: decorator
@inline
function clamp(x: i32): i32 {
  return min(max(x, -2047), 2047);
}

// @ts-ignore: decorator
@inline
function squash(model: usize, x: i32): i32 {
  return <i32>load<u16>(model + squashAt + ((clamp(x) + 2048) << 1));
}

/** Tells the contexts of byte number `index` of `history`, and how fast weights learn from it. */
export function beginByte(model: usize, index: u32): void {
  const last = load<u32>(model, stateAt);
  const before = load<u32>(model, stateAt + 4);
  const word = load<u32>(model, stateAt + 8);
  store<u32>(model, (last & 0xffff) * 0x9e3779b1 + 0x1234567, contextsAt);
  store<u32>(model, (last & 0xffffff) * 0x85ebca6b + 0x2345678, contextsAt + 4);
  store<u32>(model, last * 0xc2b2ae35 + 0x3456789, contextsAt + 8);
  store<u32>(model, ((last * 0x27d4eb2f) ^ ((before & 0xffff) * 0x165667b1)) + 0x456789, contextsAt + 12);
  store<u32>(model, ((word * 0x9e3779b1) ^ ((last & 255) * 0x85ebca6b)) + 0x5678, contextsAt + 16);
  store<u32>(model, ((word * 0x2545f491) ^ (load<u32>(model, stateAt + 12) * 0xc2b2ae35)) + 0x67891, contextsAt + 20);
  store<u32>(model, 8 + 393216 / (16384 + 8 * index), stateAt + 24);
}

// @ts-ignore: decorator
@inline
function findBucket(model: usize, buckets: usize, bits: u32, node: u32, kind: usize): void {
  let hash = load<u32>(model + contextsAt + 4 * kind);
  hash = select((hash + node * 0x9e3779b1) * 0xc2b2ae35, hash, node > 1);
  hash = (hash ^ (hash >> 15)) * 0x85ebca6b;
  const check = (hash & 0xffff) | 1;
  const ofKind = buckets + ((kind * bucketBytes) << bits);
  const place = <usize>(hash >> (32 - bits));
  let bucket = ofKind + place * bucketBytes;
  if (load<u16>(bucket) !== check) {
    const other = ofKind + (place ^ 1) * bucketBytes;
    if (load<u16>(other) === check) bucket = other;
    else {
      if ((load<u16>(other, 2) & 63) < (load<u16>(bucket, 2) & 63)) bucket = other;
      v128.store(bucket, i16x8.splat(-32768));
      v128.store(bucket, i16x8.splat(-32768), 16);
      store<u16>(bucket, check);
    }
  }
  store<usize>(model + bucketsAt + 4 * kind, bucket);
}

/** Finds the buckets for four bits of a byte, of which those before are `node`. */
export function findBuckets(model: usize, bits: u32, node: u32): void {
  const buckets = model + matchesAt + ((<usize>4) << (bits + 2));
  findBucket(model, buckets, bits, node, 0);
  findBucket(model, buckets, bits, node, 1);
  findBucket(model, buckets, bits, node, 2);
  findBucket(model, buckets, bits, node, 3);
  findBucket(model, buckets, bits, node, 4);
  findBucket(model, buckets, bits, node, 5);
}

// @ts-ignore: decorator
@inline
function predictBy(model: usize, slot: usize, input: usize): void {
  const place = <usize>((((<u32>load<u16>(slot)) >> 4) & 0xffc) | 2);
  store<i32>(model + stretchedAt + 4 * input, <i32>load<i16>(model + stretchAt + (place << 1)));
  store<usize>(model + slotsAt + 4 * input, slot);
}

// @ts-ignore: decorator
@inline
function predictByBucket(model: usize, within: usize, kind: usize): void {
  predictBy(model, load<usize>(model + bucketsAt + 4 * kind) + (within << 1), kind);
}

/** Which of 30 a length of a match is. */
// @ts-ignore: decorator
@inline
function lengthClass(length: u32): u32 {
  if (length < 16) return length;
  if (length < 32) return 16 + ((length - 16) >> 2);
  if (length < 64) return 20 + ((length - 32) >> 3);
  if (length < 512) return 24 + (length >> 7);
  return length < 2000 ? 28 : 29;
}

// @ts-ignore: decorator
@inline
function dot(model: usize, weights: usize): i32 {
  const first = i32x4.shr_s(i32x4.mul(v128.load(weights), v128.load(model, stretchedAt)), 8);
  const second = i32x4.shr_s(i32x4.mul(v128.load(weights, 16), v128.load(model, stretchedAt + 16)), 8);
  const sum = i32x4.add(first, second);
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  );
}

/** What the cell at `cell` and the next say of a place `rest` / 256 of the way from one to the other. */
// @ts-ignore: decorator
@inline
function between(cell: usize, rest: i32): i32 {
  return (<i32>load<u16>(cell) * (256 - rest) + <i32>load<u16>(cell, 2) * rest) >> 8;
}

/**
 * The probability, times 2^16, that the next bit is 1. `node` is the `depth` bits of the byte known so far
 * behind a 1; the lowest bit of `expected` is the one that the match has next.
 */
export function predict(model: usize, node: usize, depth: u32, expected: u32): i32 {
  const halfBit = <usize>1 << (depth & 3);
  const within = (node & (halfBit - 1)) | halfBit;
  const last = <usize>(load<u32>(model, stateAt) & 255);
  predictByBucket(model, within, 0);
  predictByBucket(model, within, 1);
  predictByBucket(model, within, 2);
  predictByBucket(model, within, 3);
  predictByBucket(model, within, 4);
  predictByBucket(model, within, 5);
  const pair = (last << 8) | node;
  predictBy(model, model + order1At + (pair << 1), 6);
  const length = load<u32>(model, stateAt + 20);
  let matchClass: usize = 0;
  store<usize>(model, 0, slotsAt + 28);
  store<i32>(model, 0, stretchedAt + 28);
  if (length > 0) {
    predictBy(model, model + matchedAt + (lengthClass(length) << 1), 7);
    if ((expected & 1) === 0) store<i32>(model, -load<i32>(model, stretchedAt + 28), stretchedAt + 28);
    matchClass = length < 16 ? 1 : length < 32 ? 2 : 3;
  }
  const firstWeights = model + weightsAt + node * setBytes;
  const secondWeights = model + secondWeightsAt + ((matchClass << 8) | last) * setBytes;
  const first = clamp(dot(model, firstWeights) >> 8);
  const second = clamp(dot(model, secondWeights) >> 8);
  const mixed = (first + second) >> 1;
  const knot = (<usize>(mixed + 2048)) >> 8;
  const rest = (mixed + 2048) & 255;
  const byLast = ((last & 31) << 8) | node;
  const byMatch = (length > 0 ? (1 + <usize>(expected & 1)) << 8 : <usize>0) | node;
  const cell = model + refinementsAt + byLast * refinementBytes + (knot << 1);
  const matchCell = model + matchRefinementsAt + byMatch * refinementBytes + (knot << 1);
  store<i32>(model, squash(model, first), saidAt);
  store<i32>(model, squash(model, second), saidAt + 4);
  store<usize>(model, firstWeights, saidAt + 8);
  store<usize>(model, secondWeights, saidAt + 12);
  store<usize>(model, cell, saidAt + 16);
  store<usize>(model, matchCell, saidAt + 20);
  store<u32>(model, expected & 1, saidAt + 24);
  return min(max((between(cell, rest) + between(matchCell, rest) + 1) >> 1, 32), 65504);
}

/** The byte behind the match; 0 where there is no match. */
// @ts-ignore: decorator
@inline
export function expectedByte(model: usize, history: usize): u32 {
  return load<u32>(model, stateAt + 20) > 0 ? <u32>load<u8>(history + <usize>load<u32>(model, stateAt + 16)) : 0;
}
