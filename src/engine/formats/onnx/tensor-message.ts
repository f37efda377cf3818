import { limits } from '../../limits.ts';
import { shown } from '../json-reader.ts';
import { dataTypeOf, type DataType } from './types.ts';
import type { Field, Wire } from '../protobuf.ts';

/** A run of bytes that holds (part of) a tensor. */
export interface Payload {
  readonly dtype: string;
  readonly start: number;
  readonly end: number;
}

/** What one TensorProto says. */
export interface TensorMessage {
  readonly name: string;
  readonly type: DataType;
  /** The number of its type in the file. */
  readonly typeNumber: number;
  readonly shape: readonly number[];
  /** Usually one; a packed field may come in several pieces. */
  readonly payloads: readonly Payload[];
  /** Keys and values of `external_data`, if the tensor is in another file. */
  readonly external: ReadonlyMap<string, string> | undefined;
}

const externalLocation = 1;
/** The typed fields of TensorProto: what a packed run of them is made of. */
const typedFields: ReadonlyMap<number, 'F32' | 'F64' | 'varint'> = new Map([
  [4, 'F32'],
  [5, 'varint'],
  [7, 'varint'],
  [10, 'F64'],
  [11, 'varint'],
]);

/** Reads the TensorProto between `start` and `end`, its data excepted. */
export async function readTensor(wire: Wire, start: number, end: number): Promise<TensorMessage> {
  const shape: number[] = [];
  const external = new Map<string, string>();
  const typed: { readonly form: 'F32' | 'F64' | 'varint'; readonly field: Field }[] = [];
  let raw: Field | undefined;
  let name = '';
  let typeNumber = 0;
  let location = 0;
  await wire.fields(start, end, async (field) => {
    const form = typedFields.get(field.number);
    if (field.number === 1) shape.push(...(await wire.varints(field, limits.rank, 'a shape')));
    else if (field.number === 2) typeNumber = field.value;
    else if (field.number === 8) name = await wire.text(field);
    else if (field.number === 9 && field.kind === 'bytes') raw = field;
    else if (field.number === 13) await readEntry(wire, field, external);
    else if (field.number === 14) location = field.value;
    else if (form !== undefined && field.kind === 'bytes') typed.push({ form, field });
  });
  if (shape.length > limits.rank)
    wire.fail(`the tensor ${shown(name)} has more than ${limits.rank} extents; it stands`, start);
  const bad = shape.find((extent) => !Number.isSafeInteger(extent));
  if (bad !== undefined)
    wire.fail(`the tensor ${shown(name)} has an extent that is negative or above 2^53; it stands`, start);
  const type = dataTypeOf(typeNumber);
  const payloads =
    raw === undefined ? typed.map(({ form, field }) => typedPayload(type, form, field)) : [rawPayload(type, raw)];
  return { name, type, typeNumber, shape, payloads, external: location === externalLocation ? external : undefined };
}

function rawPayload({ dtype }: DataType, { start, end }: Field): Payload {
  return { dtype, start, end };
}

function typedPayload({ dtype }: DataType, form: 'F32' | 'F64' | 'varint', { start, end }: Field): Payload {
  if (form === 'varint') return { dtype: `${dtype} as varints`, start, end };
  // Complex numbers are stored as pairs in the same fields.
  const stored = (form === 'F32' && dtype === 'C64') || (form === 'F64' && dtype === 'C128') ? dtype : form;
  return { dtype: stored, start, end };
}

/** Adds the StringStringEntryProto in `field`; the few keys that ONNX defines are all that is kept. */
async function readEntry(wire: Wire, field: Field, entries: Map<string, string>): Promise<void> {
  const [key, value] = await readPair(wire, field);
  if (key === 'location' || key === 'offset' || key === 'length') entries.set(key, value);
}

/** The key and value of a StringStringEntryProto. */
export async function readPair(wire: Wire, { start, end }: Field): Promise<readonly [string, string]> {
  let [key, value] = ['', ''];
  await wire.fields(start, end, async (part) => {
    if (part.number === 1) key = await wire.text(part);
    else if (part.number === 2) value = await wire.text(part);
  });
  return [key, value];
}
