import type { ExportReport, JobEvent } from '../pipeline/events.ts';
import type { ExportContext, ExportRequest } from '../pipeline/requests.ts';
import type { ExportTarget } from './export.ts';

/** What writes files for other programs. */
export interface Exports {
  readonly targets: readonly ExportTarget[];
  exportModel(request: ExportRequest, context: ExportContext): AsyncGenerator<JobEvent<ExportReport>, void, undefined>;
}

/** Loads what exports need, which nothing else pays for. */
export async function loadExports(): Promise<Exports> {
  const [{ exportModel }, { exportTargets }] = await Promise.all([
    import('../pipeline/export.ts'),
    import('./catalog.ts'),
  ]);
  return { targets: exportTargets, exportModel };
}
