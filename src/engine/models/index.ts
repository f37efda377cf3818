export type { Model, ModelFile } from './model.ts';
export { safeArchiveName, safeArchiveNames } from './names.ts';
export { openModel } from './open.ts';
export { scanModel, scanSource, type ScannedFile } from './scan.ts';
