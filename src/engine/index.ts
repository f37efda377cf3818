// The public surface of the engine; shells import from here only.
export * from './errors.ts';
export type * from './pipeline/events.ts';
export type * from './pipeline/requests.ts';
export { listCatalog, type EngineCatalog } from './catalog.ts';
export { archivePath } from './pipeline/approximate/name.ts';
export type { RecipeInput } from './pipeline/approximate/recipe.ts';
export { compress } from './pipeline/compress.ts';
export { inspect } from './pipeline/inspect.ts';
export { restore } from './pipeline/restore.ts';
export { verify } from './pipeline/verify.ts';
export { machineFacts } from './pipeline/resources.ts';
export type * from './zoo/zoo.ts';
export { scanZoo, type ScanHooks, type ScanRequest } from './zoo/scan.ts';
export { readRecipe, recipeSchema, type Recipe } from './zoo/recipe.ts';
export { planZoo, type PlanHooks, type PlannedModel, type ZooPlan } from './zoo/plan.ts';
export { runBatch, type BatchEvent, type BatchRequest } from './zoo/batch.ts';
export { reportCsv, reportHtml, type BatchReport, type BatchRow } from './zoo/batch-report.ts';
export { pruneStore, readStore, type StoredArchive, type StoreReport } from './zoo/store.ts';
