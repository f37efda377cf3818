import { limits } from '../../limits.ts';
import { dtypeInfo, isDType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { Fields } from '../fields.ts';

const alignment = 64;
const sentinel = 0xdeadbeef;
const headerBytes = 64;

/** Our dtype or a word of our own, by the number in the file. Source: `BlobDataType` of MILBlob. */
const dtypeOf: readonly (string | undefined)[] = [
  undefined,
  'F16',
  'F32',
  'U8',
  'I8',
  'BF16',
  'I16',
  'U16',
  'I4',
  'U1',
  'U2',
  'U4',
  'U3',
  'U6',
  'I32',
  'U32',
  'F8_E4M3',
  'F8_E5M2',
];

/** Whether `head` begins a storage of blobs, version 2: a count, the version and reserved zeros. */
export function startsBlobs(head: Uint8Array): boolean {
  const [version, ...rest] = head.subarray(4, headerBytes);
  return head.length >= headerBytes && version === 2 && rest.every((byte) => byte === 0);
}

/** Finds the blobs of a `weight.bin`, which says nothing of names and shapes. Throws MalformedFileError. */
export async function readBlobs(fields: Fields): Promise<readonly TensorRange[]> {
  const count = await fields.unsigned(0, 4, 'the number of blobs');
  const most = Math.min(limits.tensors, Math.floor(fields.size / headerBytes));
  if (count > most) fields.fail(`${count} blobs are announced where ${most} are possible,`, 0);
  const tensors: TensorRange[] = [];
  let at = alignment;
  for (let index = 0; index < count; index++) {
    if ((await fields.unsigned(at, 4, 'a blob')) !== sentinel) fields.fail('there is no blob', at);
    const type = await fields.unsigned(at + 4, 4, 'the type of a blob');
    const byteLength = await fields.u64(at + 8, 'the length of a blob');
    const offset = await fields.u64(at + 16, 'the place of a blob');
    if (!(offset >= at + headerBytes && offset + byteLength <= fields.size))
      fields.fail(`a blob takes bytes ${offset} to ${offset + byteLength}, outside its place in the file, as said`, at);
    const dtype = dtypeOf[type] ?? `MIL_${type}`;
    const bits = isDType(dtype) ? dtypeInfo(dtype).bits : 8;
    const whole = (byteLength * 8) % bits === 0;
    tensors.push({
      name: `blob.${at}`,
      dtype: whole ? dtype : `${dtype}?`,
      shape: [Math.floor((byteLength * 8) / bits)],
      offset,
      byteLength,
    });
    at = Math.ceil((offset + byteLength) / alignment) * alignment;
  }
  return tensors;
}
