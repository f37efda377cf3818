import type { ExternalTensor, FileLayout } from '../formats/format.ts';
import { shown } from '../formats/json-reader.ts';
import { noticeList } from '../formats/notice-list.ts';
import { dtypeInfo, isDType } from '../tensor/dtype.ts';
import type { TensorInfo, TensorRange } from '../tensor/tensor.ts';
import type { ScannedFile } from './scan.ts';

/**
 * Gives the tensors that one file describes to the file of the model that holds their bytes. Such a file has no layout of
 * its own: whatever its first bytes look like, it is what the describing file says.
 */
export function placeExternal(scanned: readonly ScannedFile[]): readonly ScannedFile[] {
  const byLocation = new Map<string, { readonly format: string; readonly tensors: ExternalTensor[] }>();
  const sizes = new Map(scanned.map(({ file }) => [file.name, file.size]));
  for (const entry of scanned) {
    if ('fault' in entry) continue;
    const external = (entry.layout.external ?? []).map((tensor) => beside(entry.file.name, tensor));
    for (const tensor of external.flatMap((whole) => piecesOf(whole, sizes))) {
      const known = byLocation.get(tensor.location);
      if (known === undefined) byLocation.set(tensor.location, { format: entry.layout.format, tensors: [tensor] });
      else known.tensors.push(tensor);
    }
  }
  return scanned.map((entry) => {
    const held = byLocation.get(entry.file.name);
    if (held === undefined || ('layout' in entry && entry.layout.external !== undefined)) return entry;
    return { file: entry.file, layout: layoutOf(held.format, held.tensors, entry.file.size) };
  });
}

/** A tensor with the files that it is in told from the model's folder on, not from that of the file that describes it. */
function beside(describing: string, tensor: ExternalTensor): ExternalTensor {
  const folder = describing.slice(0, describing.lastIndexOf('/') + 1);
  if (folder === '') return tensor;
  const { location, continued } = tensor;
  return {
    ...tensor,
    location: folder + location,
    ...(continued && { continued: continued.map((name) => folder + name) }),
  };
}

/** A tensor whose bytes go on in other files, as one in each. What lies behind a file that is not there cannot be placed. */
function piecesOf(tensor: ExternalTensor, sizes: ReadonlyMap<string, number>): readonly ExternalTensor[] {
  const { continued, location: first, ...info } = tensor;
  if (continued === undefined) return [tensor];
  const pieces: ExternalTensor[] = [];
  let [offset, left] = [tensor.offset, tensor.byteLength];
  for (const location of [first, ...continued]) {
    const size = sizes.get(location);
    if (size === undefined || left === 0) break;
    if (offset < size) {
      const byteLength = Math.min(left, size - offset);
      pieces.push({ ...info, ...partOf(info, byteLength, pieces.length), location, offset, byteLength });
      left -= byteLength;
      offset = 0;
    } else offset -= size;
  }
  return pieces;
}

function partOf(
  { name, dtype, shape, byteLength: all }: TensorInfo,
  byteLength: number,
  index: number,
): Pick<TensorInfo, 'name' | 'dtype' | 'shape'> {
  if (byteLength === all) return { name, dtype, shape };
  const width = isDType(dtype) ? dtypeInfo(dtype).bits / 8 : 1;
  return {
    name: index === 0 ? name : `${name} #${index + 1}`,
    dtype: byteLength % width === 0 ? dtype : `${dtype}?`,
    shape: [Math.floor(byteLength / width)],
  };
}

/** Several tensors may share bytes here, which is sound in ONNX; the first one keeps them. */
function layoutOf(format: string, tensors: readonly ExternalTensor[], size: number): FileLayout {
  const notices = noticeList();
  const kept: TensorRange[] = [];
  let end = 0;
  const sorted = tensors.toSorted((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  for (const { name, dtype, shape, offset, byteLength, isChecked } of sorted) {
    const previous = kept.at(-1);
    if (!Number.isSafeInteger(offset + byteLength) || offset + byteLength > size)
      notices.add(
        'outside',
        `The tensor ${shown(name)} ends at byte ${offset + byteLength}, after the file's ${size}.`,
        offset,
      );
    else if (offset < end)
      notices.add('shared', `The tensor ${shown(name)} shares bytes with ${shown(previous?.name ?? '')}.`, offset);
    else {
      kept.push({ name, dtype, shape, offset, byteLength, ...(isChecked && { isChecked }) });
      end = offset + byteLength;
    }
  }
  return { format, tensors: kept, metadata: {}, notices: notices.all() };
}
