/** Steps below one another in a tree; a planner uses three or four, a forged archive must not exhaust the stack. */
export const mostDepth = 8;

/** Output streams of one step; the widest split there is makes nine. */
export const mostStreams = 16;

/**
 * Bytes that the output streams of all steps of a tree may hold together, for an input of `byteLength` bytes. Real trees
 * stay below four times; without the bound a small forged payload could ask for any amount of memory.
 */
export function mostStreamBytes(byteLength: number): number {
  return 8 * byteLength + 4096;
}

/** What the largest model of a codec takes, `text`'s, with its copy of a block. */
const modelBytes = 9 * 2 ** 20;

/** Workspace bytes that always suffice to code or decode a block of `blockLength` bytes and hold both its forms. */
export function workspaceBytes(blockLength: number): number {
  return 12 * blockLength + modelBytes + 4 * 2 ** 20;
}
