/**
 * Where kernels keep the tables of one call: places known beforehand cost no addition to look up. Every workspace has
 * `tableBytes` (`workspace.ts`) of room there.
 */
export const tables: usize = 1024;
