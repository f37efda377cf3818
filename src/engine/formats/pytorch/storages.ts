import { limits } from '../../limits.ts';
import type { PickleValue } from './pickle.ts';

/** A storage that a pickle refers to: the bytes of one member of the zip file, and the tensors that are views of it. */
export interface Storage {
  readonly key: string;
  /** Absent for an untyped storage of which no tensor tells the type. */
  dtype: string | undefined;
  /** The file says of the storage only how many bytes it has; what is in them, tensors tell. */
  isUntyped: boolean;
  readonly views: View[];
}

export interface View {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly contiguous: boolean;
}

/** PyTorch's words for what we have a dtype for, of storages and of `torch.dtype`; others are kept as they are. */
const dtypeOf: ReadonlyMap<string, string> = new Map([
  ['torch FloatStorage', 'F32'],
  ['torch DoubleStorage', 'F64'],
  ['torch HalfStorage', 'F16'],
  ['torch BFloat16Storage', 'BF16'],
  ['torch LongStorage', 'I64'],
  ['torch IntStorage', 'I32'],
  ['torch ShortStorage', 'I16'],
  ['torch CharStorage', 'I8'],
  ['torch ByteStorage', 'U8'],
  ['torch QInt8Storage', 'I8'],
  ['torch QUInt8Storage', 'U8'],
  ['torch QInt32Storage', 'I32'],
  ['torch BoolStorage', 'BOOL'],
  ['torch ComplexFloatStorage', 'C64'],
  ['torch ComplexDoubleStorage', 'C128'],
  ['torch float8_e4m3fn', 'F8_E4M3'],
  ['torch float8_e4m3fnuz', 'F8_E4M3FNUZ'],
  ['torch float8_e5m2', 'F8_E5M2'],
  ['torch float8_e5m2fnuz', 'F8_E5M2FNUZ'],
  ['torch float8_e8m0fnu', 'F8_E8M0'],
  ['torch uint16', 'U16'],
  ['torch uint32', 'U32'],
  ['torch uint64', 'U64'],
]);

/**
 * Looks through a value for the storages in it, by key. A tensor is called by the keys and places that lead to it, joined
 * with dots.
 */
export function findStorages(root: PickleValue): ReadonlyMap<string, Storage> {
  const storages = new Map<string, Storage>();
  const seen = new Set<PickleValue>();
  look(root, '', 0);
  return storages;

  function look(value: PickleValue, path: string, depth: number): void {
    if (depth > limits.pickleDepth || seen.has(value)) return;
    seen.add(value);
    if (value.kind === 'persistent') storageOf(value);
    else if (value.kind === 'list')
      value.items.forEach((item, index) => look(item, join(path, String(index)), depth + 1));
    else if (value.kind === 'call') {
      const isTensor = rebuilt(value.target, value.items, path);
      // Behind the storage of a quantized tensor are the tensors of its scales.
      for (const item of isTensor ? value.items.slice(1) : value.items) look(item, path, depth + 1);
      for (const [key, item] of value.entries) look(item, join(path, wordOf(key)), depth + 1);
    }
  }

  /** Whether the call makes a tensor of a storage: `_rebuild_tensor_v2(storage, offset, size, stride, …)` and its kin. */
  function rebuilt(
    target: PickleValue,
    [storage, offset, size, stride, , , dtype]: readonly PickleValue[],
    path: string,
  ): boolean {
    if (target.kind !== 'global' || !/^torch\._utils _rebuild_\w*tensor\w*$/.test(target.name)) return false;
    const known = storage === undefined ? undefined : storageOf(storage);
    const [shape, strides] = [numbersOf(size), numbersOf(stride)];
    if (known === undefined || offset?.kind !== 'number' || shape === undefined || strides === undefined) return false;
    if (dtype?.kind === 'global') known.dtype ??= dtypeOf.get(dtype.name) ?? dtype.name.replace(/^torch /, '');
    known.views.push({ name: path, offset: offset.value, shape, contiguous: isContiguous(shape, strides) });
    return true;
  }

  /** The storage of a persistent id `('storage', type, key, device, length)`. */
  function storageOf(value: PickleValue): Storage | undefined {
    if (value.kind !== 'persistent' || value.id.kind !== 'list') return undefined;
    const [tag, type, key] = value.id.items;
    if (tag?.kind !== 'text' || tag.text !== 'storage' || key?.kind !== 'text') return undefined;
    const storage = storages.get(key.text) ?? { key: key.text, dtype: undefined, isUntyped: false, views: [] };
    if (type?.kind === 'global' && type.name.endsWith('UntypedStorage')) storage.isUntyped = true;
    else if (type?.kind === 'global') storage.dtype ??= dtypeOf.get(type.name) ?? type.name.replace(/^torch /, '');
    storages.set(key.text, storage);
    return storage;
  }
}

function join(path: string, word: string): string {
  return path === '' ? word : `${path.slice(0, limits.nameBytes * 4)}.${word}`;
}

function wordOf(key: PickleValue): string {
  if (key.kind === 'text') return key.text;
  return key.kind === 'number' ? String(key.value) : '?';
}

function numbersOf(value: PickleValue | undefined): readonly number[] | undefined {
  // `torch.Size` is a call around the tuple.
  const [inner] = value?.kind === 'call' ? value.items : [];
  const list = inner ?? value;
  if (list?.kind !== 'list' || list.items.length > limits.rank) return undefined;
  const numbers = list.items.map((item) => (item.kind === 'number' ? item.value : -1));
  return numbers.every((number) => Number.isSafeInteger(number) && number >= 0) ? numbers : undefined;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 0;
    if (extent !== 1 && strides[axis] !== expected) return false;
    expected *= extent;
  }
  return true;
}
