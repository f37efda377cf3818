import type { BatchEvent, BatchReport, StoreReport, ZooPlan } from '../engine/index.ts';

/** The report of `batch --dry-run`. */
export interface PlanReport {
  readonly command: 'plan';
  readonly plan: ZooPlan;
}

/** The report of `store prune`. */
export interface PruneReport {
  readonly command: 'prune';
  readonly removed: readonly string[];
  readonly bytes: number;
}

/** The reports of `batch` and `store`. */
export type ZooReport = BatchReport | PlanReport | StoreReport | PruneReport;

/** The lines that `batch` prints besides those of every command. */
export type ZooLine = BatchEvent | { readonly type: 'report'; readonly report: ZooReport };
