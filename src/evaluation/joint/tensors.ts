import { createHash } from 'node:crypto';
import { Roles, geometryOf } from '../../engine/models/roles.ts';
import { tableReason } from '../../engine/pipeline/approximate/tables.ts';
import type { InputFile } from '../../engine/models/inputs.ts';
import { measurePiece } from '../../engine/quantizers/statistics.ts';
import { floatWidth } from '../../engine/tensor/floats.ts';
import { rootMeanSquare } from './allocate/allocate.ts';
import type { Calibration } from './calibrate/calibrate.ts';
import { bytesOf } from './round/kept-work.ts';
import { jointDTypes, type JointDType, type JointTensor } from './round/round.ts';
import { readTensor } from './round/tensor-file.ts';

/** A tensor that takes part. */
export interface FoundTensor extends JointTensor {
  /** Matrices get the step that fits; vectors, and all that is small, a fine one. */
  readonly kind: 'matrix' | 'vector';
  /** Whether the inputs reach it at all. */
  readonly isReached: boolean;
  /** How often its rows are taken, where it is a table. */
  readonly importance?: Float64Array | undefined;
  /** Root mean square of its numbers. */
  readonly scale: number;
  /** Of its numbers. */
  readonly sha256: string;
}

const [leastVector, leastMatrix] = [16, 1000];

/** The tensors of floats of a model but for computed tables and what is tiny. */
export async function findTensors(
  files: readonly InputFile[],
  { layers, lookups, reached }: Calibration,
  signal: AbortSignal,
): Promise<readonly FoundTensor[]> {
  const roles = await Roles.read(files, signal);
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const names = new Set(reached);
  const taken = new Map(lookups.map(({ name, counts }) => [name, counts]));
  const found: FoundTensor[] = [];
  for (const [file, { layout, source }] of files.entries())
    for (const tensor of layout?.tensors ?? []) {
      const { offset, shape, dtype, byteLength } = tensor;
      const count = shape.reduce((product, extent) => product * extent, 1);
      if (!isJoint(dtype) || count < leastVector || byteLength !== floatWidth(dtype) * count) continue;
      const role = roles.of(file, tensor);
      const known = [tensor.name, ...role.names];
      const layer = known.map((name) => byName.get(name)).find((one) => one !== undefined);
      const importance = known.map((name) => taken.get(name)).find((one) => one !== undefined);
      const geometry = geometryOf(shape, role.channelAxis);
      const values = await readTensor(source, { offset, count, dtype });
      const place = { start: 0, columns: geometry.columns, total: count };
      const statistics = measurePiece(values, place, {});
      if (statistics.notFinite > 0 || statistics.squares === 0) continue;
      if (tableReason(known, geometry, statistics) !== undefined) continue;
      const isMatrix = count > leastMatrix && shape.filter((extent) => extent > 1).length > 1;
      found.push({
        ...{ name: role.names[0] ?? tensor.name, file, offset, count, dtype },
        ...(layer && layer.rows * layer.columns === count && { layer }),
        kind: isMatrix || layer ? 'matrix' : 'vector',
        isReached: known.some((name) => names.has(name)),
        ...{ geometry, importance },
        scale: rootMeanSquare(values),
        sha256: createHash('sha256').update(bytesOf(values)).digest('hex'),
      });
    }
  return found;
}

function isJoint(dtype: string): dtype is JointDType {
  return jointDTypes.some((known) => known === dtype);
}
