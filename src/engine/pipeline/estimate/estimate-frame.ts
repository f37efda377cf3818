import { randomBytes, randomInt } from 'node:crypto';
import { endBytes, headerBytes } from '../../archive/frame.ts';
import { IndexBuilder } from '../../archive/index-builder.ts';
import { draftLength } from '../../archive/left-out.ts';
import type { PlacedRun } from '../cut/blueprint.ts';
import type { Place } from '../cut/cut.ts';
import { declareFile } from '../cut/declare-file.ts';
import type { CodedUnit } from './extrapolate.ts';
import type { ForeseenBase } from '../inner-base/foresee.ts';
import type { Inputs } from '../../models/inputs.ts';
import { blockBytes } from '../job/resources.ts';
import type { SampleUnit } from './strata.ts';

/** Header, index and trailer: the real ones, with invented checksums and digests, and lengths where none are known. */
export function frameBytes(
  { model, files }: Inputs,
  blueprint: readonly (readonly PlacedRun[])[],
  originals: readonly ReadonlyMap<number, Place>[],
  coded: ReadonlyMap<SampleUnit, CodedUnit>,
  base?: ForeseenBase,
): number {
  const builder = new IndexBuilder(model.name);
  const inner = base && builder.addBase(base);
  const lengths = new Map([...coded.values()].map(({ unit, bytesOut }) => [placeKey(unit.run, unit.start), bytesOut]));
  let block = 0;
  for (const [number, file] of files.entries()) {
    const runs = blueprint[number] ?? [];
    declareFile(builder, file, runs);
    for (const run of runs) {
      if (run.isReference) continue;
      const place = base?.placeOf(run);
      if (inner !== undefined && place !== undefined)
        builder.setReference(run.streamNumber, { base: inner, offset: place });
      builder.setCodec(run.streamNumber, run.stream.dtype === undefined ? 'zstd' : usualCodec);
      for (let start = 0; start < run.length; start += blockBytes) {
        const length = Math.min(blockBytes, run.length - start);
        const usual = Math.ceil(length * (0.66 + randomInt(1 << 16) / 2 ** 22));
        builder.addBlock(lengths.get(placeKey(run, start)) ?? usual);
        builder.setChecksum(block++, randomInt(2 ** 32));
      }
    }
  }
  const digest = (): string => randomBytes(32).toString('hex');
  const known = files.map(() => new Map<number, string>());
  const digests = files.flatMap(({ layout }, file) =>
    (layout?.tensors ?? []).map(({ offset }) => {
      const place = originals[file]?.get(offset);
      const sha256 = (place && known[place.file]?.get(place.offset)) ?? digest();
      known[file]?.set(offset, sha256);
      return sha256;
    }),
  );
  const length = draftLength(builder.finish(files.map(digest), digests), builder.end - headerBytes);
  return headerBytes + length + endBytes(length);
}

const usualCodec = 'float-fields(huffman)';

function placeKey({ file, offset }: PlacedRun, start: number): string {
  return `${file} ${offset + start}`;
}
