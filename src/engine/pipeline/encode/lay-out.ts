import type { IndexBuilder } from '../../archive/index-builder.ts';
import type { InputFile } from '../../models/inputs.ts';
import type { TensorApproximation } from '../../quantizers/approximate.ts';
import type { BaseModelFile } from '../bases/base-models.ts';
import { drawBlueprint, type PlacedRun } from '../cut/blueprint.ts';
import type { Place } from '../cut/cut.ts';
import { divideStacks } from '../inner-base/divide.ts';
import { makeInnerBase } from '../inner-base/encode.ts';
import { innerBaseOf, type Likeness } from '../inner-base/find.ts';
import { restoredTensors, type RestoringMeans } from '../inner-base/restored.ts';
import { blockBytes } from '../job/resources.ts';
import type { OpenReference } from './plans-ahead.ts';
import { findReferences } from './references.ts';

interface Model {
  readonly files: readonly InputFile[];
  /** The earlier equals of tensors, by file and offset. */
  readonly originals: readonly ReadonlyMap<number, Place>[];
  readonly approximations: readonly ReadonlyMap<number, TensorApproximation>[] | undefined;
  readonly likenesses: readonly Likeness[];
  readonly bases: readonly BaseModelFile[];
}

interface LaidOut {
  readonly blueprint: readonly (readonly PlacedRun[])[];
  /** By the number of the stream. */
  readonly references: ReadonlyMap<number, OpenReference>;
}

/** Decides which bytes of a model become which stream, and what each may be coded against, which is made where it is of the model itself. */
export async function layOut(
  { files, originals, approximations, likenesses, bases }: Model,
  builder: IndexBuilder,
  means: RestoringMeans,
): Promise<LaidOut> {
  const inner = innerBaseOf(likenesses);
  const divided = divideStacks(files, originals, inner);
  // Pieces of what is approximated may hold several slices.
  const cut = approximations
    ? divideStacks(files, originals, inner, (file, { offset }) => approximations[file]?.has(offset) === true)
    : divided;
  const blueprint = drawBlueprint(cut.files, cut.originals, blockBytes, approximations);
  const against = [...bases];
  if (likenesses.length > 0) {
    const restored = await restoredTensors(files, blueprint, likenesses, means);
    against.push(await makeInnerBase(likenesses, restored, means));
  }
  const { signal } = means;
  const references = await findReferences({ files: divided.files, runs: blueprint, bases: against, builder, signal });
  return { blueprint, references };
}
