import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import type { DType } from '../../tensor/dtype.ts';
import { readJson, type JsonReader } from '../json-reader.ts';
import type { ZipMember } from '../zip.ts';

/** What the list of an exported program says of one member with the bytes of a tensor. */
export interface ExportedTensor {
  readonly name: string;
  /** One of our dtypes, or the number that PyTorch has for it. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** By the number in the file. Source: `ScalarType` of `torch._export.serde.schema`. */
const dtypeOf: Readonly<Record<number, DType>> = {
  1: 'U8',
  2: 'I8',
  3: 'I16',
  4: 'I32',
  5: 'I64',
  6: 'F16',
  7: 'F32',
  8: 'F64',
  10: 'C64',
  11: 'C128',
  12: 'BOOL',
  13: 'BF16',
  28: 'U16',
  29: 'F8_E4M3',
  30: 'F8_E5M2',
  31: 'F8_E4M3FNUZ',
  32: 'F8_E5M2FNUZ',
  33: 'F8_E8M0',
  34: 'U32',
  35: 'U64',
};

const listName = /(?:^|\/)data\/(?:weights|constants)\/[^/]*_config\.json$/;

/**
 * The tensors of an exported program (`torch.export.save`) by the names of the zip members that their bytes are, as its lists of
 * weights and constants tell them. Throws MalformedFileError.
 */
export async function readExported(
  source: ByteSource,
  members: readonly ZipMember[],
  most: number,
): Promise<ReadonlyMap<string, ExportedTensor>> {
  const tensors = new Map<string, ExportedTensor>();
  for (const { name: list, stored, offset, byteLength } of members) {
    if (!listName.test(list) || !stored || byteLength > most) continue;
    const bytes = new Uint8Array(byteLength);
    await source.read(offset, bytes);
    const folder = list.slice(0, list.lastIndexOf('/') + 1);
    const json = readJson(bytes, `"${source.name}": "${list}"`, offset);
    json.object((key) => {
      if (key !== 'config') json.skip();
      else
        json.object((name) => {
          const { path, ...tensor } = readEntry(json);
          // Tied weights have several names; the first one keeps the bytes.
          if (path !== '' && !tensors.has(folder + path)) tensors.set(folder + path, { name, ...tensor });
        });
    });
  }
  return tensors;
}

function readEntry(json: JsonReader): Omit<ExportedTensor, 'name'> & { readonly path: string } {
  let path = '';
  let dtype = 'storage';
  const shape: number[] = [];
  json.object((key) => {
    if (key === 'path_name') path = json.string();
    else if (key === 'tensor_meta' && json.peek() === 'object')
      json.object((part) => {
        if (part === 'dtype') {
          const number = json.count();
          dtype = dtypeOf[number] ?? `TORCH_${number}`;
        } else if (part === 'sizes')
          json.array(() => {
            if (shape.length === limits.rank) json.fail(`a shape with more than ${limits.rank} extents`);
            json.object((word) => {
              if (word === 'as_int') shape.push(json.count());
              else json.skip();
            });
          });
        else json.skip();
      });
    else json.skip();
  });
  return { path, dtype, shape };
}
