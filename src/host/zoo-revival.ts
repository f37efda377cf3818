import { zooRun, type ZooRun } from '../contract/zoo.ts';
import { batchReport, type BatchReport, type BatchRow, type Zoo } from '../engine/index.ts';
import type { ZooPart } from '../store/zoo.ts';
import type { Access } from './access.ts';
import type { MadePlan } from './zoo-views.ts';

export interface RevivedZoo {
  readonly zoo: Zoo | undefined;
  readonly plan: MadePlan | undefined;
  readonly report: BatchReport | undefined;
  readonly run: Partial<ZooRun>;
}

const nothing: RevivedZoo = { zoo: undefined, plan: undefined, report: undefined, run: {} };

/**
 * The zoo as an earlier start of the program left it; nothing where its folders may not be read any more. A run that had not
 * ended counts as stopped.
 */
export async function reviveZoo(
  stored: Readonly<Partial<Record<ZooPart, unknown>>>,
  access: Access,
): Promise<RevivedZoo> {
  const zoo = stored.scan as Zoo | undefined;
  const plan = stored.plan as MadePlan | undefined;
  if (!zoo) return nothing;
  try {
    for (const root of zoo.roots) await access.check(root);
    if (plan) await access.check(plan.plan.output);
  } catch {
    return nothing;
  }
  const kept = stored.run as { readonly run: unknown; readonly rows: readonly BatchRow[] } | undefined;
  const { success, data: run } = zooRun.safeParse(kept?.run);
  if (!plan || !kept || !success) return { ...nothing, zoo, plan };
  const report = kept.rows.length > 0 ? batchReport(plan.plan, kept.rows) : undefined;
  const { bytesDone, bytesTotal, done, total, failed, message } = run;
  return {
    ...{ zoo, plan, report },
    run: {
      ...{ bytesDone, bytesTotal, done, failed, state: run.state === 'running' ? 'cancelled' : run.state },
      ...(total !== undefined && { total }),
      ...(message !== undefined && { message }),
    },
  };
}
