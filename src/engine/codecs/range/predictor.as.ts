// Where things lie in a model's memory; `model.ts` has the same numbers.
const weightsAt: usize = 64;
const stretchedAt: usize = 320;
const setsAt: usize = 384;
const ratesAt: usize = 512;
const squashAt: usize = 1024;
const stretchAt: usize = 9216;
const initialAt: usize = 17408;
const columnsAt: usize = 18432;
const setBytes: usize = 1024;
const scaleClasses: usize = 33;
const statisticsClasses: usize = 512;
const nearClasses: usize = 256;
/** The longest run of a trellis, less 1. */
const runMask: usize = 255;
/** The next states, three bits each: of an even and an odd code in state 0, in state 1, and so on. */
const nextStates: u64 = 0xd0bf42999bd0;
const inputs: usize = 5;
const leastProbability: i32 = 1024;
const mostProbability: i32 = (1 << 22) - 1024;
const mostWeight: i32 = (1 << 19) - 1;

/** Sets all probabilities of a model to the initial ones; `sets` sets lie one behind another from `first`. */
function clear(model: usize, first: usize, sets: usize): void {
  for (let at = first, end = first + sets * setBytes; at < end; at += setBytes)
    memory.copy(at, model + initialAt, setBytes);
}

export function firstSet(model: usize): usize {
  return model + <usize>load<u32>(model, 24);
}

/** A model before its first symbol. */
export function begin(model: usize): void {
  const period = <usize>load<u32>(model);
  if (period === 0) {
    clear(model, firstSet(model), 1);
    return;
  }
  const sets = <usize>load<u32>(model, 28) / setBytes;
  clear(model, firstSet(model), load<u32>(model, 44) !== 0 ? 2 * sets : sets);
  memory.fill(model + columnsAt, 0, <usize>load<u32>(model, 24) - columnsAt);
  store<i32>(model, 4 << 16, 36);
  store<i32>(model, 0, 40);
  for (let at: usize = 0; at < 8 * inputs; at++) store<i32>(model + weightsAt + 4 * at, 13107);
}

/** One symbol's worth of running mean and deviation, at `at`: mean, deviation (16 bits after the point), symbols seen. */
// @ts-ignore: decorator
@inline
function learn(at: usize, symbol: i32, slowest: i32): void {
  const seen = load<i32>(at, 8);
  const mean = load<i32>(at);
  const value = symbol << 16;
  if (seen === 0) {
    store<i32>(at, value);
    store<i32>(at, 4 << 16, 4);
  } else {
    const away = value - mean;
    const distance = away < 0 ? -away : away;
    const deviation = load<i32>(at, 4);
    store<i32>(at, mean + away / (seen + 1));
    store<i32>(at, deviation + (distance - deviation) / (seen + 1), 4);
  }
  store<i32>(at, seen < slowest ? seen + 1 : seen, 8);
}

/** The binary logarithm of a deviation plus 1, in steps of 1/2^`bits`. */
// @ts-ignore: decorator
@inline
function classOf(deviation: i32, bits: i32): i32 {
  const value = (deviation >> 8) + 256;
  const length = 31 - clz(value);
  return ((length - 8) << bits) + ((value >> (length - bits)) & ((1 << bits) - 1));
}

/** Chooses the sets of probabilities for symbol number `index`, whose column is `column`; the symbols before are at `symbols`. */
// @ts-ignore: decorator
@inline
export function chooseSets(model: usize, column: usize, index: usize, symbols: usize): void {
  const isNear = load<u32>(model, 20) !== 0;
  let order = firstSet(model);
  if (!isNear && column === 0 && index > 0) startRow(order);
  if (load<u32>(model, 44) !== 0) {
    const odd = order + <usize>load<u32>(model, 28);
    if (!isNear && column === 0 && index > 0) startRow(odd);
    if ((stateIn(model, column, index) & 1) !== 0) order = odd;
  }
  const scales = order + 2 * setBytes;
  const statistics = scales + scaleClasses * setBytes;
  const columns = statistics + statisticsClasses * setBytes;
  store<usize>(model + setsAt, order);
  store<usize>(model + setsAt, scales + (<usize>classOf(load<i32>(model, 36), 2)) * setBytes, 8);
  const own = model + columnsAt + 12 * column;
  const mean = ((load<i32>(own) >> 16) - load<i32>(model, 4)) >> load<i32>(model, 8);
  const place = (min(max(mean, 0), 31) << 4) + min(classOf(load<i32>(own, 4), 1), 15);
  store<usize>(model + setsAt, statistics + <usize>place * setBytes, 12);
  store<usize>(model + setsAt, columns + (column >> <usize>load<u32>(model, 16)) * setBytes, 16);
  store<usize>(model + setsAt, isNear ? nearSet(model, columns, index, symbols) : order + setBytes, 4);
}

/** Where the state of the trellis is kept that the symbol of a column is in. */
// @ts-ignore: decorator
@inline
function stateAt(model: usize, column: usize): usize {
  const period = <usize>load<u32>(model);
  return model + columnsAt + 12 * period + (load<u32>(model, 44) === 2 ? column : 0);
}

/** The state of the trellis before symbol number `index`; runs begin in state 0. */
// @ts-ignore: decorator
@inline
function stateIn(model: usize, column: usize, index: usize): u32 {
  const at = stateAt(model, column);
  if (load<u32>(model, 44) === 1) {
    if ((column & runMask) === 0) store<u8>(at, 0);
  } else if (column === 0 && ((index / <usize>load<u32>(model)) & runMask) === 0)
    memory.fill(at, 0, <usize>load<u32>(model));
  return load<u8>(at);
}

/** The set for what is left of symbol number `index` and above it. */
// @ts-ignore: decorator
@inline
function nearSet(model: usize, columns: usize, index: usize, symbols: usize): usize {
  const period = <usize>load<u32>(model);
  const left = index > 0 ? nearLevel(model, symbols + index - 1) : 0;
  const above = index >= period ? nearLevel(model, symbols + index - period) : 0;
  const first = columns + (((period - 1) >> <usize>load<u32>(model, 16)) + 1) * setBytes;
  return first + (<usize>(left << 4) + <usize>above) * setBytes;
}

// @ts-ignore: decorator
@inline
function nearLevel(model: usize, at: usize): i32 {
  const symbol = <i32>(<u32>load<u8>(at) ^ load<u32>(model, 12)) - load<i32>(model, 4);
  return min(max(symbol >> (load<i32>(model, 8) + 1), 0), 15);
}

/** A new row starts from what all rows have in common, but learns fast. */
function startRow(order: usize): void {
  for (let at = order, end = order + setBytes; at < end; at += 4) {
    const slot = load<u32>(at);
    store<u32>(at + setBytes, (slot & ~1023) | min(slot & 1023, 6));
  }
}

// @ts-ignore: decorator
@inline
export function learnSymbol(model: usize, column: usize, symbol: i32): void {
  learn(model + columnsAt + 12 * column, symbol, 31);
  if (load<u32>(model, 44) !== 0) {
    const at = stateAt(model, column);
    const place = (<u64>load<u8>(at) << 1) | <u64>(symbol & 1);
    store<u8>(at, <u8>((nextStates >> (3 * place)) & 7));
  }
  // The deviation of late, around a mean that follows slowly.
  const seen = load<i32>(model, 40);
  const mean = load<i32>(model, 32);
  const value = symbol << 16;
  const away = value - mean;
  const deviation = load<i32>(model, 36);
  store<i32>(model, seen === 0 ? value : mean + away / (seen + 1), 32);
  store<i32>(model, seen === 0 ? 4 << 16 : deviation + (((away < 0 ? -away : away) - deviation) >> 4), 36);
  store<i32>(model, seen < 255 ? seen + 1 : seen, 40);
}

/** One set's say, weighted; noted for {@link learnMixed}. Written out for each set, because loops are not unrolled. */
// @ts-ignore: decorator
@inline
function weigh(model: usize, weights: usize, node: usize, input: usize): i32 {
  const slot = load<u32>(load<usize>(model + setsAt + 4 * input) + (node << 2));
  const stretched = <i32>load<i16>(model + stretchAt + ((slot >> 20) << 1));
  store<i32>(model + stretchedAt + 4 * input, stretched);
  return (load<i32>(weights + 4 * input) * stretched) >> 8;
}

/** The probability, times 2^16, that the next bit is 1, by all sets together. `depth` bits of the symbol are known: `node`. */
// @ts-ignore: decorator
@inline
export function mix(model: usize, node: usize, depth: usize): i32 {
  const weights = model + weightsAt + 4 * inputs * depth;
  const sum =
    weigh(model, weights, node, 0) +
    weigh(model, weights, node, 1) +
    weigh(model, weights, node, 2) +
    weigh(model, weights, node, 3) +
    weigh(model, weights, node, 4);
  const place = min(max(sum >> 8, -2047), 2047);
  return <i32>load<u16>(model + squashAt + ((place + 2048) << 1));
}

// @ts-ignore: decorator
@inline
function learnInput(model: usize, weights: usize, node: usize, input: usize, bit: u32, error: i32): void {
  const at = weights + 4 * input;
  const change = (error * load<i32>(model + stretchedAt + 4 * input) + 32768) >> 16;
  store<i32>(at, min(max(load<i32>(at) + change, -mostWeight), mostWeight));
  learnBit(model, load<usize>(model + setsAt + 4 * input) + (node << 2), bit);
}

// @ts-ignore: decorator
@inline
export function learnMixed(model: usize, node: usize, depth: usize, bit: u32, probability: i32): void {
  const weights = model + weightsAt + 4 * inputs * depth;
  const error = <i32>(bit << 16) - probability;
  learnInput(model, weights, node, 0, bit, error);
  learnInput(model, weights, node, 1, bit, error);
  learnInput(model, weights, node, 2, bit, error);
  learnInput(model, weights, node, 3, bit, error);
  learnInput(model, weights, node, 4, bit, error);
}

/** Moves a probability (22 bits, then a count of 10) towards a bit, the less the more bits it has seen. */
// @ts-ignore: decorator
@inline
export function learnBit(model: usize, at: usize, bit: u32): void {
  const slot = load<u32>(at);
  const seen = slot & 1023;
  const probability = <i32>(slot >> 10);
  const rate = <i64>load<u16>(model + ratesAt + (seen << 1));
  const moved = probability + <i32>((<i64>(<i32>(bit << 22) - probability) * rate) >> 16);
  const kept = <u32>min(max(moved, leastProbability), mostProbability);
  store<u32>(at, (kept << 10) | (seen < 255 ? seen + 1 : seen));
}
