import type { TensorRange } from '../../tensor/tensor.ts';
import type { ScannedFile } from '../cut/duplicates.ts';

/** Where a tensor begins in a file of a base. */
export interface BasePlace {
  readonly base: number;
  readonly offset: number;
}

/** By file and offset of a tensor. */
export type Places = readonly Map<number, BasePlace>[];

interface BaseTensors {
  readonly tensors: readonly TensorRange[];
  /** Present: it is made of this very model, for the tensors that it names. */
  readonly inner?: unknown;
}

/** The place of the tensor of a base that each tensor most likely descends from: of the same name and shape, else the next of its shape. */
export function matchTensors(files: readonly Pick<ScannedFile, 'layout'>[], bases: readonly BaseTensors[]): Places {
  const named = new Map<string, BasePlace>();
  const shaped = new Map<string, BasePlace[]>();
  bases.forEach((file, base) => {
    for (const tensor of file.tensors) {
      const place = { base, offset: tensor.offset };
      const name = nameKey(tensor);
      if (!named.has(name)) named.set(name, place);
      if (file.inner !== undefined) continue;
      const alike = shaped.get(shapeKey(tensor));
      if (alike) alike.push(place);
      else shaped.set(shapeKey(tensor), [place]);
    }
  });
  const turns = new Map<string, number>();
  return files.map(({ layout }) => {
    const places = new Map<number, BasePlace>();
    for (const tensor of layout?.tensors ?? []) {
      const key = shapeKey(tensor);
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      const place = named.get(nameKey(tensor)) ?? shaped.get(key)?.[turn];
      if (place) places.set(tensor.offset, place);
    }
    return places;
  });
}

/** Whether bases have a tensor, so that it need be no difference to another one of the model itself. */
export type IsHeld = (file: number, tensor: TensorRange, isStack: boolean) => boolean;

/**
 * What bases have of these files: tensors of the same names; of stacks, whose slices have no counterparts, any that they are coded against.
 */
export function heldBy(bases: readonly BaseTensors[], files: readonly Pick<ScannedFile, 'layout'>[]): IsHeld {
  if (bases.length === 0) return () => false;
  const names = new Set(bases.flatMap(({ tensors }) => tensors.map(nameKey)));
  const places = matchTensors(files, bases);
  return (file, tensor, isStack) =>
    names.has(nameKey(tensor)) || (isStack && places[file]?.has(tensor.offset) === true);
}

function nameKey(tensor: TensorRange): string {
  return `${tensor.name}\n${shapeKey(tensor)}`;
}

function shapeKey({ dtype, shape, byteLength }: TensorRange): string {
  return `${dtype} ${shape.join('x')} ${byteLength}`;
}
