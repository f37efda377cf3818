import type { ByteSource } from '../../io/source.ts';
import { limits } from '../../limits.ts';
import { dtypeInfo, isDType } from '../../tensor/dtype.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { ExternalTensor, FileLayout, Format, ScanLimits } from '../format.ts';
import { shown } from '../json-reader.ts';
import { noticeList, type NoticeList } from '../notice-list.ts';
import { freeName, sortRanges, type TakenNames } from '../ranges.ts';
import { isTinyConstant } from '../tiny-constants.ts';
import { readModel, type NamedTensor } from './model-message.ts';
import type { DataType } from './types.ts';
import { openWire } from '../protobuf.ts';

/** ONNX: a protobuf message, walked and never loaded, so that its size does not matter. */
export const onnx: Format = {
  id: 'onnx',
  title: 'ONNX',
  extensions: ['.onnx'],
  detect: (head, fileName) => fileName.toLowerCase().endsWith('.onnx') || looksLikeModel(head),
  scan,
};

/** There is no magic word; every known writer puts `ir_version` first, then a producer name, an operator set or the graph. */
function looksLikeModel(head: Uint8Array): boolean {
  const [tag = 0, version = 0, next = 0, length = 0] = head;
  if (tag !== 0x08 || version === 0 || version > 30) return false;
  const body = head.subarray(4, 4 + length);
  if (next === 0x12)
    return length > 0 && length < 60 && body.length > 0 && body.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (next === 0x42) return length > 1 && length < 60 && (body[0] === 0x0a || body[0] === 0x10);
  return false;
}

async function scan(source: ByteSource, { headerBytes }: ScanLimits): Promise<FileLayout> {
  const notices = noticeList();
  const { tensors, metadata } = await readModel(openWire(source, Math.min(headerBytes, limits.headerBytes)));
  const ranges: TensorRange[] = [];
  const external: ExternalTensor[] = [];
  const names = new Map<string, number>();
  for (const tensor of tensors) {
    const name = freeName(tensor.name, names);
    if (tensor.external === undefined)
      ranges.push(...inside({ ...tensor, name }, names, notices).filter((range) => !isTinyConstant(range)));
    else {
      const outside = elsewhere({ ...tensor, name }, tensor.external, notices);
      if (outside !== undefined) external.push(outside);
    }
  }
  const sorted = sortRanges(source, ranges);
  if (sorted.length + external.length === 0 && Object.keys(metadata).length === 0 && source.size > 0)
    notices.add('empty', 'Nothing in it says that it is an ONNX model.');
  const layout = { format: onnx.id, tensors: sorted, metadata, notices: notices.all() };
  return external.length === 0 ? layout : { ...layout, external };
}

function inside(
  { name, type, shape, payloads }: NamedTensor,
  names: TakenNames,
  notices: NoticeList,
): readonly TensorRange[] {
  return payloads.map(({ dtype, start, end }, index) => {
    const byteLength = end - start;
    const whole = payloads.length === 1;
    const expected = dtype === type.dtype ? bytesOf(type, shape) : undefined;
    if (whole && expected !== undefined && expected !== byteLength)
      notices.add(
        'length',
        `The tensor ${shown(name)} is ${byteLength} bytes long, but ${dtype} [${shape.join(', ')}] takes ${expected}.`,
        start,
      );
    return {
      name: index === 0 ? name : freeName(name, names),
      dtype: wholeElements(dtype, type.bits, byteLength) ? dtype : `${dtype}?`,
      shape: whole ? shape : [isDType(dtype) ? Math.floor((byteLength * 8) / dtypeInfo(dtype).bits) : byteLength],
      offset: start,
      byteLength,
    };
  });
}

function wholeElements(dtype: string, bits: number, byteLength: number): boolean {
  return !isDType(dtype) || bits < 8 || byteLength % (bits / 8) === 0;
}

function elsewhere(
  { name, type, shape }: NamedTensor,
  entries: ReadonlyMap<string, string>,
  notices: NoticeList,
): ExternalTensor | undefined {
  const location = entries.get('location')?.replace(/^(\.\/)+/, '');
  const offset = wholeNumber(entries.get('offset') ?? '0');
  const expected = bytesOf(type, shape);
  const length = entries.get('length');
  const byteLength = length === undefined ? expected : wholeNumber(length);
  if (location === undefined || offset === undefined || byteLength === undefined) {
    notices.add(
      'external',
      `The tensor ${shown(name)} is in another file, but where is not said in a way that can be read.`,
    );
    return undefined;
  }
  if (expected !== undefined && expected !== byteLength)
    notices.add(
      'length',
      `The tensor ${shown(name)} is ${byteLength} bytes long, but ${type.dtype} [${shape.join(', ')}] takes ${expected}.`,
    );
  const dtype = wholeElements(type.dtype, type.bits, byteLength) ? type.dtype : `${type.dtype}?`;
  return { name, dtype, shape, offset, byteLength, location };
}

function wholeNumber(digits: string): number | undefined {
  return /^\d{1,16}$/.test(digits) && Number.isSafeInteger(Number(digits)) ? Number(digits) : undefined;
}

function bytesOf({ bits }: DataType, shape: readonly number[]): number | undefined {
  const total = shape.reduce((product, extent) => product * extent, bits);
  return bits > 0 && Number.isSafeInteger(total) ? Math.ceil(total / 8) : undefined;
}
