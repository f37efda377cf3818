import type { Stream } from '../codec.ts';

export interface CommonElement {
  /** Place of one copy of it in the stream, in elements. */
  readonly place: number;
  /** Its share of the elements looked at, 0 to 1. */
  readonly share: number;
}

const mostLookedAt = 512;

/**
 * The element that is most common among up to 512 elements spread evenly over the stream; of equals the first. Exact
 * counting would cost more than the codec itself, and an element worth leaving out cannot hide from this.
 */
export function commonElement({ bytes, width }: Stream): CommonElement | undefined {
  const count = Math.floor(bytes.length / width);
  const looks = Math.min(count, mostLookedAt);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const seen = new Map<number, number>();
  const keyOf = (look: number): number => keyAt(view, Math.floor((look * count) / looks) * width, width);
  let best = { key: NaN, times: 0 };
  for (let look = 0; look < looks; look++) {
    const key = keyOf(look);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    if (times > best.times) best = { key, times };
  }
  for (let look = 0; look < looks; look++)
    if (keyOf(look) === best.key) return { place: Math.floor((look * count) / looks), share: best.times / looks };
  return undefined;
}

/** Elements as map keys; two 64-bit elements may share one, which costs size and nothing else. */
function keyAt(view: DataView, offset: number, width: number): number {
  if (width === 1) return view.getUint8(offset);
  if (width === 2) return view.getUint16(offset, true);
  if (width === 4) return view.getUint32(offset, true);
  return view.getUint32(offset, true) + (view.getUint32(offset + 4, true) & 0x1f_ffff) * 2 ** 32;
}
