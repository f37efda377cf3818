import type { ExportReport, JobEvent } from './job/events.ts';
import type { ExportContext, ExportRequest } from './job/requests.ts';
import type { ExportTarget } from '../exports/export.ts';
import type { ExportRefusal } from './export.ts';

/** What writes files for other programs. */
export interface Exports {
  readonly targets: readonly ExportTarget[];
  exportModel(request: ExportRequest, context: ExportContext): AsyncGenerator<JobEvent<ExportReport>, void, undefined>;
  exportRefusals(path: string, signal: AbortSignal): Promise<readonly ExportRefusal[]>;
}

/** Loads what exports need, which nothing else pays for. */
export async function loadExports(): Promise<Exports> {
  const [{ exportModel, exportRefusals }, { exportTargets }] = await Promise.all([
    import('./export.ts'),
    import('../exports/catalog.ts'),
  ]);
  return { targets: exportTargets, exportModel, exportRefusals };
}
