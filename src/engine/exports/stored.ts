import type { Archive } from '../archive/archive.ts';

/** What an approximate archive made of a tensor: nothing, or what a method with these options does. */
export type Stored = 'exact' | { readonly method: string; readonly options: Readonly<Record<string, unknown>> };

/** What became of the tensor at this place of a file; `undefined` where the archive knows none there. */
export type StoredTensors = (file: string, offset: number) => Stored | undefined;

/** So that the new file is the model of the archive, and not one that lost more. */
export const keptByArchive = 'the archive keeps it as it was';

/** What an archive made of its tensors; `undefined` where it changed none. */
export function storedTensors({ files, tensors, approximation }: Archive): StoredTensors | undefined {
  if (approximation === undefined) return undefined;
  const found = files.map(() => new Map<number, Stored>());
  for (const { file, offset } of tensors) found[file]?.set(offset, 'exact');
  for (const [place, number] of approximation.tensors.entries()) {
    const [tensor, method] = [tensors[number], approximation.methods[approximation.methodNumbers[place] ?? 0]];
    if (tensor !== undefined && method !== undefined) found[tensor.file]?.set(tensor.offset, method);
  }
  // The only file of an archive is restored under another name.
  return (name, offset) => found[files.length === 1 ? 0 : files.findIndex((file) => file.name === name)]?.get(offset);
}
