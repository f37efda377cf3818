import type { TensorRange } from './tensor.ts';

/** One of the equal parts that the first extent divides a tensor into; `undefined` where it does not, or has fewer of them. */
export function sliceOf<Tensor extends TensorRange>(tensor: Tensor, slice: number): Tensor | undefined {
  const [count = 0, ...shape] = tensor.shape;
  const byteLength = tensor.byteLength / count;
  if (!(slice < count) || !Number.isInteger(byteLength)) return undefined;
  const name = `${tensor.name}[${slice}]`;
  return { ...tensor, name, shape, byteLength, offset: tensor.offset + slice * byteLength };
}
