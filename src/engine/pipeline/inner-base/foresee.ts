import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InnerBase } from '../../archive/inner-base.ts';
import { ownFolder } from '../../io/own-folder.ts';
import type { FileRange } from '../../workers/protocol.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import type { ScannedFile } from '../cut/duplicates.ts';
import { findLikenesses, innerBaseOf, type Likeness } from './find.ts';
import { writeOrdered } from './write-ordered.ts';

interface Placed extends Likeness {
  /** First byte in the base. */
  readonly start: number;
}

/** A tensor, or a slice of one, by where it lies. */
type Run = Pick<PlacedRun, 'file' | 'offset' | 'length'>;

/** The base that an archive would make of itself, of which only those parts are made that a sample is coded against. */
export class ForeseenBase {
  readonly inner: InnerBase;
  readonly #handle: FileHandle;
  readonly #places: ReadonlyMap<string, Placed>;
  readonly #signal: AbortSignal;

  private constructor(inner: InnerBase, handle: FileHandle, places: ReadonlyMap<string, Placed>, signal: AbortSignal) {
    [this.inner, this.#handle, this.#places, this.#signal] = [inner, handle, places, signal];
  }

  /** `undefined` where no tensor nearly equals another; the file goes with its `owner`. */
  static async open(
    files: readonly ScannedFile[],
    owner: AsyncDisposableStack,
    signal: AbortSignal,
  ): Promise<ForeseenBase | undefined> {
    const likenesses = await findLikenesses(files, { signal });
    if (likenesses.length === 0) return undefined;
    const folder = await ownFolder(tmpdir(), 'featherweight-estimate', owner);
    const handle = owner.adopt(await open(join(folder, 'inner'), 'wx+'), (file) => file.close());
    const places = new Map<string, Placed>();
    let start = 0;
    for (const likeness of likenesses) {
      places.set(keyOf(likeness.tensor.file, likeness.tensor.tensor.offset), { ...likeness, start });
      start += likeness.base.tensor.byteLength;
    }
    return new ForeseenBase(innerBaseOf(likenesses), handle, places, signal);
  }

  /** What has a part in it, in the order of the files. */
  get likenesses(): readonly Likeness[] {
    return [...this.#places.values()];
  }

  /** Where a run begins in the base; `undefined` for one that has no part in it. */
  placeOf(run: Run): number | undefined {
    return this.#placed(run)?.start;
  }

  /** What some bytes of a run are coded against, made now. */
  async range(run: Run, offset: number, length: number): Promise<FileRange | undefined> {
    const placed = this.#placed(run);
    if (!placed) return undefined;
    const { base, axis, order, start } = placed;
    const rowBytes = base.columns * base.width;
    const rows = { first: Math.floor(offset / rowBytes), end: Math.ceil((offset + length) / rowBytes) };
    const read = (at: number, bytes: Uint8Array) => base.source.read(base.tensor.offset + at, bytes);
    await writeOrdered(read, base, { axis, order }, { handle: this.#handle, start }, this.#signal, rows);
    return { descriptor: this.#handle.fd, offset: start + offset, length };
  }

  #placed({ file, offset, length }: Run): Placed | undefined {
    const placed = this.#places.get(keyOf(file, offset));
    return placed?.tensor.tensor.byteLength === length ? placed : undefined;
  }
}

function keyOf(file: number, offset: number): string {
  return `${file} ${offset}`;
}
