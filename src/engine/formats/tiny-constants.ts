import type { TensorInfo } from '../tensor/tensor.ts';

/** An archive's index gives every tensor a name, a place and a checksum of 32 bytes: below this it is more than the tensor. */
const tinyBytes = 64;

/** What shapes, axes, sizes and flags are written in; weights, scales and zero points of this size are something else. */
const constantTypes = /^(I64|I32|BOOL)( as varints)?$/;

/**
 * Whether a tensor is no weight but a part of the graph's wiring: whole numbers or truth values in at most one dimension and
 * fewer than 64 bytes. Formats that keep the graph's constants among the weights let such ride along as raw bytes.
 */
export function isTinyConstant({ dtype, shape, byteLength }: Omit<TensorInfo, 'name'>): boolean {
  return byteLength < tinyBytes && shape.length <= 1 && constantTypes.test(dtype);
}
