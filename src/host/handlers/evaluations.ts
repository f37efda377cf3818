import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  evaluationSummary,
  type Evaluation,
  type EvaluationRequest,
  type TaskSummary,
} from '../../contract/evaluations.ts';
import { HostError } from '../../contract/errors.ts';
import {
  evaluate,
  filesOfTask,
  openTask,
  type EvaluationReport,
  type SpawnEvaluation,
} from '../../evaluation/index.ts';
import { openDatabase, openOrBegin } from '../../store/database.ts';
import { addEvaluation, evaluationReportOf, listEvaluations } from '../../store/evaluations.ts';
import { evaluationMigrations } from '../../store/migrations/index.ts';
import type { Access } from '../files/access.ts';
import { bundledFile } from '../files/bundled-files.ts';
import type { SpawnWorker } from '../engine.ts';
import { cutReport, toEvaluationSummary } from '../evaluations/summary.ts';
import { answersIn } from '../evaluations/kept-answers.ts';
import { createWorkQueue } from '../work-queue.ts';
import { checkRead, checkTask } from './checked-paths.ts';
import type { Handlers } from './handlers.ts';

interface EvaluationOptions {
  readonly spawnWorker: SpawnWorker;
  readonly spawnEvaluation: SpawnEvaluation | undefined;
  readonly access: Access;
  /** Nothing for one that is not kept. */
  readonly database: string | undefined;
  readonly changed: (evaluation: Evaluation) => void;
  readonly warn: (message: string) => void;
}

interface EvaluationPart {
  readonly handlers: Handlers<
    | 'tasks.list'
    | 'evaluations.start'
    | 'evaluations.cancel'
    | 'evaluations.running'
    | 'evaluations.list'
    | 'evaluations.get'
  >;
  close(): Promise<void>;
}

const shown = 200;

/** Starts, stops and remembers evaluations; what originals answered is kept beside them. */
export async function evaluationHandlers(options: EvaluationOptions): Promise<EvaluationPart> {
  const { spawnWorker, spawnEvaluation, access, changed, warn } = options;
  const database = await openOrBegin(options.database ?? ':memory:', evaluationMigrations, warn).catch(
    (error: unknown) => {
      warn(`Evaluations cannot be kept (${error instanceof Error ? error.message : String(error)}).`);
      return openDatabase(':memory:', evaluationMigrations);
    },
  );
  const answers = answersIn(database);
  const queue = createWorkQueue<EvaluationRequest, Evaluation, EvaluationReport>({
    doing: 'evaluating',
    nameOf: ({ model }) => basename(model),
    start({ request }, signal) {
      if (spawnEvaluation === undefined)
        throw new HostError({ code: 'UNSUPPORTED', message: 'This program cannot run models.' });
      return evaluate(request, { spawnWorker, spawnEvaluation, signal, answers });
    },
    changed,
    finished: async (report, id) => {
      const finished = Date.now();
      const summary = toEvaluationSummary(id, finished, report);
      await addEvaluation(database, { id, finished, report: cutReport(report), summary }).catch((error: unknown) =>
        warn(`The evaluation could not be kept (${error instanceof Error ? error.message : String(error)}).`),
      );
      return { summary };
    },
  });
  const list: EvaluationPart['handlers']['evaluations.list'] = async ({ original, candidate, limit = shown }) => {
    const rows = await listEvaluations(database, { original, candidate, limit });
    return rows.flatMap((row) => {
      const { success, data } = evaluationSummary.safeParse(row);
      return success ? [data] : [];
    });
  };
  return {
    handlers: {
      'tasks.list': bundledTasks,
      'evaluations.start': async (request) => queue.add(await checkPaths(request, access)),
      'evaluations.cancel': ({ id }) => ({ cancelled: queue.cancel(id) }),
      'evaluations.running': () => [...queue.list()],
      'evaluations.list': list,
      'evaluations.get': async ({ id }) => {
        const report = await evaluationReportOf(database, id);
        if (report === undefined) throw new HostError({ code: 'NOT_FOUND', message: 'There is no such evaluation.' });
        return report;
      },
    },
    async close() {
      await queue.close();
      await database.destroy();
    },
  };
}

async function bundledTasks(): Promise<TaskSummary[]> {
  const folder = bundledFile('samples/tasks');
  if (folder === undefined) return [];
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { task } = await openTask(path);
      const found = filesOfTask(task).every((file) => bundledFile(join('samples', 'tasks', file)) !== undefined);
      const metrics = task.metrics.map(({ metric }) => metric);
      return { path, title: task.title, unit: task.unit, metrics, hasData: found };
    }),
  );
}

/** The models, the task file, and every file that the task names must lie where a window may look. */
async function checkPaths(request: EvaluationRequest, access: Access): Promise<EvaluationRequest> {
  const { original, dataFolder, task } = request;
  const folder = dataFolder === undefined ? undefined : await checkRead(dataFolder, access);
  return {
    ...request,
    model: await checkRead(request.model, access),
    ...(original !== undefined && { original: await checkRead(original, access) }),
    ...(folder !== undefined && { dataFolder: folder }),
    ...(task !== undefined && { task: await checkTask(task, access, folder) }),
  };
}
