import { stat } from 'node:fs/promises';
import { zooRun, type ZooRun } from '../../contract/zoo.ts';
import { batchReport, type BatchReport, type BatchRow, type Zoo } from '../../engine/index.ts';
import type { ZooPart } from '../../store/zoo.ts';
import type { Access } from '../files/access.ts';
import type { MadePlan } from './views.ts';

export interface RevivedZoo {
  readonly zoo: Zoo | undefined;
  readonly plan: MadePlan | undefined;
  readonly report: BatchReport | undefined;
  readonly run: Partial<ZooRun>;
  /** The run that the end of the program ended, where all its folders are at hand: it goes on. */
  readonly unfinished?: RunOptions;
}

/** What a run was asked for with. */
export interface RunOptions {
  readonly threads?: number | undefined;
  /** Ids of the models to do; default: all. */
  readonly only?: readonly string[] | undefined;
}

/** What is kept of a run; `run` is as windows knew it. */
export interface KeptRun {
  readonly run: unknown;
  readonly rows: readonly BatchRow[];
  readonly options?: RunOptions;
}

const nothing: RevivedZoo = { zoo: undefined, plan: undefined, report: undefined, run: {} };

/**
 * The zoo as an earlier start of the program left it; nothing where its folders may not be read any more. A run that had not
 * ended counts as stopped until it goes on, which it does not while a folder of it is missing, as on a drive that is not there.
 */
export async function reviveZoo(
  stored: Readonly<Partial<Record<ZooPart, unknown>>>,
  access: Access,
): Promise<RevivedZoo> {
  // Scans of earlier versions do not tell of shared blocks.
  const scan = stored.scan as (Omit<Zoo, 'sharedBlocks'> & Partial<Pick<Zoo, 'sharedBlocks'>>) | undefined;
  const zoo: Zoo | undefined = scan && { sharedBlocks: 'none', ...scan };
  const plan = stored.plan as MadePlan | undefined;
  if (!zoo) return nothing;
  try {
    for (const root of zoo.roots) await access.check(root);
    if (plan) await access.check(plan.plan.output);
  } catch {
    return nothing;
  }
  const kept = stored.run as KeptRun | undefined;
  const { success, data: run } = zooRun.safeParse(kept?.run);
  if (!plan || !kept || !success) return { ...nothing, zoo, plan };
  const report = kept.rows.length > 0 ? batchReport(plan.plan, kept.rows) : undefined;
  const { bytesDone, bytesTotal, done, total, failed, message } = run;
  const isUnfinished = run.state === 'running' && (await areThere([...zoo.roots, plan.plan.output]));
  return {
    ...{ zoo, plan, report },
    ...(isUnfinished && { unfinished: kept.options ?? {} }),
    run: {
      ...{ bytesDone, bytesTotal, done, failed, state: run.state === 'running' ? 'cancelled' : run.state },
      ...(total !== undefined && { total }),
      ...(message !== undefined && { message }),
    },
  };
}

async function areThere(folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    const status = await stat(folder).catch(() => undefined);
    if (status?.isDirectory() !== true) return false;
  }
  return true;
}
