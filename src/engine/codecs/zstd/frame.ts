import { DamagedArchiveError } from '../../errors.ts';

const magic = 0xfd2fb528;
/** Our encoders never ask for a larger window; a forged frame must not make the decoder reserve one. */
const largestWindow = 128 * 1024 * 1024;
const contentSizeBytes = [0, 2, 4, 8] as const;

/**
 * Walks one zstd frame (RFC 8878 §3.1.1) without decoding it and demands that it says it holds `contentLength` bytes,
 * needs no dictionary, keeps its window small and ends exactly where `frame` ends. Throws {@link DamagedArchiveError}.
 */
export function checkFrame(frame: Uint8Array, contentLength: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < 9 || view.getUint32(0, true) !== magic) throw damaged('does not begin with a zstd frame', frame);
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x0b) !== 0) throw damaged('uses a reserved bit or a dictionary', frame);
  let at = 5;
  if (!isSingleSegment && windowBytes(view.getUint8(at++)) > largestWindow)
    throw damaged(`asks for a window above ${largestWindow} bytes`, frame);
  const flag = descriptor >> 6;
  const sizeBytes = flag === 0 && isSingleSegment ? 1 : (contentSizeBytes[flag] ?? 0);
  if (sizeBytes === 0 || at + sizeBytes > frame.length) throw damaged('does not say how much it holds', frame);
  const found = contentSize(view, at, sizeBytes);
  if (found !== contentLength) throw damaged(`says it holds ${found} bytes, not ${contentLength}`, frame);
  at = endOfBlocks(view, at + sizeBytes);
  if ((descriptor & 0x04) !== 0) at += 4;
  if (at !== frame.length) throw damaged(`ends at byte ${at}, not at its last`, frame);
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(view: DataView, at: number, byteLength: number): number {
  if (byteLength === 1) return view.getUint8(at);
  if (byteLength === 2) return view.getUint16(at, true) + 256;
  if (byteLength === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

function endOfBlocks(view: DataView, start: number): number {
  let at = start;
  for (;;) {
    if (at + 3 > view.byteLength) return Infinity;
    const word = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const isRun = ((word >> 1) & 3) === 1;
    at += 3 + (isRun ? 1 : word >> 3);
    if ((word & 1) !== 0) return at;
  }
}

function damaged(what: string, frame: Uint8Array): DamagedArchiveError {
  return new DamagedArchiveError(`A zstd stream of ${frame.length} bytes ${what}.`, { byteLength: frame.length });
}
