import { MalformedFileError } from '../../errors.ts';
import { limits } from '../../limits.ts';

/**
 * A Python value as it stands in a pickle. Nothing is looked up, imported or called: a call is only a note that one was
 * asked for, which is all that is needed to find the storages of tensors.
 */
export type PickleValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'global'; readonly name: string }
  | { readonly kind: 'list'; readonly items: PickleValue[] }
  | {
      readonly kind: 'call';
      readonly target: PickleValue;
      readonly entries: [PickleValue, PickleValue][];
      readonly items: PickleValue[];
    }
  | { readonly kind: 'persistent'; readonly id: PickleValue }
  | { readonly kind: 'other' };

const other: PickleValue = { kind: 'other' };

/** Notes what a pickle of protocol 0 to 5 describes. Throws MalformedFileError when it cannot be followed. */
export function readPickle(bytes: Uint8Array, file: string): PickleValue {
  return readPickleFrom(bytes, file, 0).value;
}

/** The same for a pickle that begins at `start`; `end` is where the next thing begins. */
export function readPickleFrom(
  bytes: Uint8Array,
  file: string,
  start: number,
): { readonly value: PickleValue; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let at = start;
  let values = 0;

  function fail(problem: string): never {
    throw new MalformedFileError(`"${file}": its pickle ${problem}, at byte ${at} of it.`, { file, offset: at });
  }
  function take(length: number): number {
    if (length > bytes.length - at) fail('is cut short');
    at += length;
    return at - length;
  }
  const u8 = () => view.getUint8(take(1));
  const u32 = () => view.getUint32(take(4), true);
  const u64 = () => Number(view.getBigUint64(take(8), true));
  function text(length: number): PickleValue {
    const start = take(length);
    return made({ kind: 'text', text: decoder.decode(bytes.subarray(start, at)) });
  }
  function line(): string {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) fail('has a line without an end');
    const start = take(end + 1 - at);
    return decoder.decode(bytes.subarray(start, end));
  }
  function made(value: PickleValue): PickleValue {
    values += 1;
    if (values > limits.pickleValues) fail(`makes more than ${limits.pickleValues} values`);
    return value;
  }
  const number = (value: number): PickleValue => made({ kind: 'number', value });
  const list = (items: PickleValue[]): PickleValue => made({ kind: 'list', items });
  const call = (target: PickleValue, items: PickleValue[]): PickleValue =>
    made({ kind: 'call', target, entries: [], items });
  const pop = (): PickleValue =>
    (stack.length > (marks.at(-1) ?? 0) ? stack.pop() : undefined) ?? fail('takes more values than it made');
  const top = (): PickleValue => stack.at(-1) ?? fail('takes more values than it made');
  function popMarked(): PickleValue[] {
    const mark = marks.pop() ?? fail('takes values from a mark that it did not set');
    return stack.splice(mark);
  }
  function longNumber(length: number): PickleValue {
    const start = take(length);
    let value = 0;
    for (let index = length - 1; index >= 0; index--) value = value * 256 + (bytes[start + index] ?? 0);
    return length > 8 ? other : number(value);
  }
  function setItems(pairs: readonly PickleValue[]): void {
    const target = top();
    if (target.kind !== 'call') return;
    for (let index = 0; index + 1 < pairs.length; index += 2)
      target.entries.push([pairs[index] ?? other, pairs[index + 1] ?? other]);
  }
  function append(items: readonly PickleValue[]): void {
    const target = top();
    if (target.kind === 'list' || target.kind === 'call') for (const item of items) target.items.push(item);
  }
  function twoPopped(): [PickleValue, PickleValue] {
    const second = pop();
    return [pop(), second];
  }

  // One line for each opcode of Python's pickletools, in its order of groups.
  const steps: Readonly<Record<number, () => unknown>> = {
    0x80: () => take(1),
    0x95: () => take(8),
    [code('(')]: () => marks.push(stack.length),
    [code('0')]: () => (stack.length > (marks.at(-1) ?? 0) ? pop() : popMarked()),
    [code('1')]: () => popMarked(),
    [code('2')]: () => stack.push(top()),
    [code('F')]: () => (line(), stack.push(other)),
    [code('I')]: () => stack.push(number(Number(line()))),
    [code('L')]: () => stack.push(number(Number(line().replace(/L$/, '')))),
    [code('J')]: () => stack.push(number(view.getInt32(take(4), true))),
    [code('K')]: () => stack.push(number(u8())),
    [code('M')]: () => stack.push(number(view.getUint16(take(2), true))),
    0x8a: () => stack.push(longNumber(u8())),
    0x8b: () => stack.push(longNumber(u32())),
    [code('N')]: () => stack.push(other),
    0x88: () => stack.push(other),
    0x89: () => stack.push(other),
    [code('G')]: () => (take(8), stack.push(other)),
    [code('S')]: () => stack.push(made({ kind: 'text', text: line().replace(/^(['"])(.*)\1$/, '$2') })),
    [code('T')]: () => stack.push(text(u32())),
    [code('U')]: () => stack.push(text(u8())),
    [code('V')]: () => stack.push(made({ kind: 'text', text: line() })),
    [code('X')]: () => stack.push(text(u32())),
    0x8c: () => stack.push(text(u8())),
    0x8d: () => stack.push(text(u64())),
    [code('B')]: () => (take(u32()), stack.push(other)),
    [code('C')]: () => (take(u8()), stack.push(other)),
    0x8e: () => (take(u64()), stack.push(other)),
    0x96: () => (take(u64()), stack.push(other)),
    0x97: () => stack.push(other),
    0x98: () => undefined,
    [code(']')]: () => stack.push(list([])),
    [code(')')]: () => stack.push(list([])),
    [code('}')]: () => stack.push(call(other, [])),
    0x8f: () => stack.push(list([])),
    [code('l')]: () => stack.push(list(popMarked())),
    [code('t')]: () => stack.push(list(popMarked())),
    0x91: () => stack.push(list(popMarked())),
    0x85: () => stack.push(list([pop()])),
    0x86: () => stack.push(list(twoPopped())),
    0x87: () => {
      const last = pop();
      stack.push(list([...twoPopped(), last]));
    },
    [code('d')]: () => {
      const pairs = popMarked();
      stack.push(call(other, []));
      setItems(pairs);
    },
    [code('a')]: () => append([pop()]),
    [code('e')]: () => append(popMarked()),
    0x90: () => append(popMarked()),
    [code('s')]: () => setItems(twoPopped()),
    [code('u')]: () => setItems(popMarked()),
    [code('c')]: () => stack.push(made({ kind: 'global', name: `${line()} ${line()}` })),
    0x93: () => stack.push(globalOf(...twoPopped())),
    [code('R')]: () => stack.push(callOf(...twoPopped())),
    0x81: () => stack.push(callOf(...twoPopped())),
    0x92: () => {
      const named = pop();
      const result = callOf(...twoPopped());
      if (result.kind === 'call') result.items.push(named);
      stack.push(result);
    },
    [code('i')]: () => {
      const target = made({ kind: 'global', name: `${line()} ${line()}` });
      stack.push(call(target, popMarked()));
    },
    [code('o')]: () => {
      const [target = other, ...items] = popMarked();
      stack.push(call(target, items));
    },
    // The state given to an object: kept beside its arguments, where tensors are looked for all the same.
    [code('b')]: () => append([pop()]),
    [code('P')]: () => stack.push(made({ kind: 'persistent', id: { kind: 'text', text: line() } })),
    [code('Q')]: () => stack.push(made({ kind: 'persistent', id: pop() })),
    [code('g')]: () => stack.push(recall(Number(line()))),
    [code('h')]: () => stack.push(recall(u8())),
    [code('j')]: () => stack.push(recall(u32())),
    [code('p')]: () => keep(Number(line())),
    [code('q')]: () => keep(u8()),
    [code('r')]: () => keep(u32()),
    0x94: () => keep(memo.size),
    0x82: () => (take(1), stack.push(other)),
    0x83: () => (take(2), stack.push(other)),
    0x84: () => (take(4), stack.push(other)),
  };

  function keep(index: number): void {
    memo.set(index, top());
    if (memo.size > limits.pickleValues) fail(`keeps more than ${limits.pickleValues} values`);
  }
  function recall(index: number): PickleValue {
    return memo.get(index) ?? fail(`recalls the value ${index}, which it did not keep`);
  }
  function globalOf(module: PickleValue, name: PickleValue): PickleValue {
    return module.kind === 'text' && name.kind === 'text'
      ? made({ kind: 'global', name: `${module.text} ${name.text}` })
      : other;
  }
  function callOf(target: PickleValue, given: PickleValue): PickleValue {
    // Copied, because the arguments may be in the memo and the call's list grows.
    return call(target, given.kind === 'list' ? [...countedItems(given.items)] : [given]);
  }
  function countedItems(items: readonly PickleValue[]): readonly PickleValue[] {
    values += items.length;
    return items;
  }

  for (;;) {
    const opcode = u8();
    if (opcode === code('.')) return { value: pop(), end: at };
    const step = steps[opcode] ?? fail(`has the unknown opcode 0x${opcode.toString(16)}`);
    step();
    if (stack.length > limits.pickleValues) fail(`holds more than ${limits.pickleValues} values`);
  }
}

function code(character: string): number {
  return character.charCodeAt(0);
}
