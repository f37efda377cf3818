import { squash, stretch } from '../logistic.ts';
import { bucketSlots, contexts, inputs, leastMatch, mostCompared } from './model.ts';

const knots = 17;
const mostSeen = 30;
const mostWeight = 2 ** 19 - 1;
const clamp = (x: number, most: number): number => Math.min(Math.max(x, -most), most);
const squashed = (x: number): number => squash[clamp(x, 2047) + 2048]!;
const rates = Array.from({ length: 64 }, (_, seen) => Math.floor(655360 / (10 * seen + 16)));

function refinementRows(rows: number): Uint16Array {
  return Uint16Array.from({ length: rows * knots }, (_, cell) => squashed(((cell % knots) - 8) * 256));
}

/** Predicts the bits of one byte after another, as `spec.md` says; the same for both directions. Numbers wrap at 32 bits. */
export class Predictor {
  readonly #memory: Uint8Array;
  readonly #bits: number;
  /** 2^bits buckets of each kind: a check, then 15 slots for the bits known of half a byte. */
  readonly #buckets: readonly Uint16Array[];
  readonly #order1 = new Uint16Array(65536).fill(0x8000);
  readonly #byLength = new Uint16Array(32).fill(0xc000);
  readonly #refinements = refinementRows(8192);
  readonly #matchRefinements = refinementRows(768);
  readonly #weights: readonly Int32Array[];
  readonly #matches: Uint32Array;
  #last = 0;
  #before = 0;
  #word = 0;
  #lastWord = 0;
  #next = 0;
  #length = 0;
  #rate = 0;
  #expected = 0;
  #contexts: readonly number[] = [];
  #found: readonly number[] = [];
  /** What the last prediction was made of. */
  #slots: (readonly [table: Uint16Array, place: number])[] = [];
  #stretched: readonly number[] = [];
  #sets: readonly number[] = [];
  #said: readonly number[] = [];
  #cells: readonly (readonly [table: Uint16Array, place: number])[] = [];

  constructor(memory: Uint8Array, bits: number) {
    this.#memory = memory;
    this.#bits = bits;
    this.#buckets = Array.from({ length: contexts }, () => new Uint16Array(bucketSlots * 2 ** bits));
    this.#matches = new Uint32Array(2 ** (bits + 2));
    const first = Array.from({ length: inputs }, (_, input) => (input < contexts ? 19660 : 16384));
    this.#weights = [256, 1024].map((sets) =>
      Int32Array.from({ length: sets * inputs }, (_, at) => first[at % inputs]!),
    );
  }

  /** Before byte number `index` of what lies at `history`. */
  beginByte(history: number, index: number): void {
    const { imul } = Math;
    const [last, before, word] = [this.#last, this.#before, this.#word];
    this.#contexts = [
      imul(last & 0xffff, 0x9e3779b1) + 0x1234567,
      imul(last & 0xffffff, 0x85ebca6b) + 0x2345678,
      imul(last, 0xc2b2ae35) + 0x3456789,
      (imul(last, 0x27d4eb2f) ^ imul(before & 0xffff, 0x165667b1)) + 0x456789,
      (imul(word, 0x9e3779b1) ^ imul(last & 255, 0x85ebca6b)) + 0x5678,
      (imul(word, 0x2545f491) ^ imul(this.#lastWord, 0xc2b2ae35)) + 0x67891,
    ];
    this.#rate = 8 + Math.floor(393216 / (16384 + 8 * index));
    this.#expected = this.#length > 0 ? this.#memory[history + this.#next]! : 0;
  }

  /** Before the first and the fifth bit of a byte, those before being `node`. */
  findBuckets(node: number): void {
    this.#found = this.#contexts.map((context, kind) => {
      const buckets = this.#buckets[kind]!;
      let hash = node > 1 ? Math.imul(context + Math.imul(node, 0x9e3779b1), 0xc2b2ae35) : context | 0;
      hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
      const check = (hash & 0xffff) | 1;
      const place = bucketSlots * (hash >>> (32 - this.#bits));
      const other = place ^ bucketSlots;
      if (buckets[place] === check) return place;
      if (buckets[other] === check) return other;
      const poorer = (buckets[other + 1]! & 63) < (buckets[place + 1]! & 63) ? other : place;
      buckets.fill(0x8000, poorer, poorer + bucketSlots);
      buckets[poorer] = check;
      return poorer;
    });
  }

  /** The probability, times 2^16, that the next bit is 1. */
  predict(node: number, depth: number): number {
    const within = (node & ((1 << (depth & 3)) - 1)) | (1 << (depth & 3));
    const last = this.#last & 255;
    const pair = last * 256 + node;
    this.#slots = this.#found.map((bucket, kind) => [this.#buckets[kind]!, bucket + within]);
    this.#slots.push([this.#order1, pair]);
    const length = this.#length;
    if (length > 0) this.#slots.push([this.#byLength, lengthClass(length)]);
    this.#stretched = this.#slots.map(([table, place], input) => {
      const stretched = stretch[((table[place]! >> 4) & 0xffc) | 2]!;
      return input === 7 && this.#expectedBit(depth) === 0 ? -stretched : stretched;
    });
    const matchClass = length === 0 ? 0 : length < 16 ? 1 : length < 32 ? 2 : 3;
    this.#sets = [node, matchClass * 256 + last];
    const sums = this.#sets.map((set, mixer) => {
      let sum = 0;
      for (const [input, stretched] of this.#stretched.entries())
        sum += (this.#weights[mixer]![set * inputs + input]! * stretched) >> 8;
      return clamp(sum >> 8, 2047);
    });
    const mixed = (sums[0]! + sums[1]!) >> 1;
    const [knot, rest] = [(mixed + 2048) >> 8, (mixed + 2048) & 255];
    const byMatch = length > 0 ? 256 + 256 * this.#expectedBit(depth) : 0;
    this.#cells = [
      [this.#refinements, ((last & 31) * 256 + node) * knots + knot],
      [this.#matchRefinements, (byMatch + node) * knots + knot],
    ];
    const [refined = 0, byMatchRefined = 0] = this.#cells.map(
      ([table, cell]) => (table[cell]! * (256 - rest) + table[cell + 1]! * rest) >> 8,
    );
    this.#said = sums.map(squashed);
    return Math.min(Math.max((refined + byMatchRefined + 1) >> 1, 32), 65504);
  }

  #expectedBit(depth: number): number {
    return (this.#expected >> (7 - depth)) & 1;
  }

  learn(bit: number, depth: number): void {
    const target = bit * 65535;
    this.#sets.forEach((set, mixer) => {
      const error = ((bit * 65536 - this.#said[mixer]!) * this.#rate) >> 4;
      const weights = this.#weights[mixer]!;
      this.#stretched.forEach((stretched, input) => {
        const at = set * inputs + input;
        weights[at] = clamp(weights[at]! + ((error * stretched + 32768) >> 16), mostWeight);
      });
    });
    for (const [table, place] of this.#slots.slice(0, contexts + 1)) {
      const seen = table[place]! & 63;
      const probability = table[place]! & 0xffc0;
      const moved = probability + Math.floor(((target - probability) * rates[seen]!) / 65536);
      table[place] = (Math.min(Math.max(moved, 64), 65472) & 0xffc0) | Math.min(seen + 1, mostSeen);
    }
    const matched = this.#slots[contexts + 1];
    if (matched) {
      const [table, place] = matched;
      const isRight = this.#expectedBit(depth) === bit;
      const value = table[place]!;
      table[place] = isRight ? value + ((65535 - value) >> 7) : value - (value >> 7);
      if (!isRight) this.#length = 0;
    }
    for (const [table, cell] of this.#cells)
      for (const place of [cell, cell + 1]) table[place]! += (target - table[place]!) >> 6;
  }

  /** After it, when it is there. */
  endByte(history: number, index: number): void {
    const byte = this.#memory[history + index]!;
    this.#before = (this.#before << 8) | (this.#last >>> 24);
    this.#last = (this.#last << 8) | byte;
    if (isOfWord(byte)) this.#word = Math.imul(this.#word + byte + 1, 0x2f0b4c47);
    else if (this.#word !== 0) [this.#lastWord, this.#word] = [this.#word, 0];
    if (this.#length > 0) {
      this.#length = Math.min(this.#length + 1, 65535);
      this.#next++;
    }
    if (index < leastMatch - 1) return;
    const hashed = Math.imul(this.#last, 0x2f0b4c47) ^ Math.imul(this.#before & 0xffff, 0x9e3779b1);
    const entry = Math.imul(hashed ^ (hashed >>> 14), 0x85ebca6b) >>> (30 - this.#bits);
    if (this.#length === 0) {
      this.#next = this.#matches[entry]!;
      const length = this.#alikeBefore(history, this.#next, index);
      this.#length = length < leastMatch ? 0 : length;
    }
    this.#matches[entry] = index + 1;
  }

  /** How many bytes before `next` are those up to `index`. */
  #alikeBefore(history: number, next: number, index: number): number {
    const most = Math.min(mostCompared, next);
    for (let length = 0; length < most; length++)
      if (this.#memory[history + next - 1 - length] !== this.#memory[history + index - length]) return length;
    return most;
  }
}

/** Which of 30 a length of a match is. */
function lengthClass(length: number): number {
  if (length < 16) return length;
  if (length < 32) return 16 + ((length - 16) >> 2);
  if (length < 64) return 20 + ((length - 32) >> 3);
  if (length < 512) return 24 + (length >> 7);
  return length < 2000 ? 28 : 29;
}

function isOfWord(byte: number): boolean {
  const isLetter = (byte | 32) >= 97 && (byte | 32) <= 122;
  return isLetter || byte >= 128 || (byte >= 48 && byte <= 57) || byte === 95;
}
