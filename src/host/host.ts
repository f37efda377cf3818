import { join } from 'node:path';
import { calls, isCallName, type CallName, type Input, type Output } from '../contract/calls.ts';
import { HostError } from '../contract/errors.ts';
import type { EventName, Events } from '../contract/events.ts';
import type { Host } from '../contract/host.ts';
import * as pipeline from '../engine/index.ts';
import type { SpawnEvaluation } from '../evaluation/index.ts';
import { createAccess, type Access } from './files/access.ts';
import { afterJob } from './jobs/after-job.ts';
import type { Engine, SpawnWorker } from './engine.ts';
import { exportNotes, tidyExports } from './export-notes.ts';
import { toFailure } from './failure.ts';
import { appHandlers } from './handlers/app.ts';
import { approximationHandlers } from './handlers/approximations.ts';
import { catalogHandlers } from './handlers/catalog.ts';
import { estimateHandlers } from './handlers/estimates.ts';
import { evaluationHandlers } from './handlers/evaluations.ts';
import { exportHandlers } from './handlers/exports.ts';
import { fileHandlers } from './handlers/files.ts';
import { fitHandlers } from './handlers/fits.ts';
import type { Handlers } from './handlers/handlers.ts';
import { jobHandlers } from './handlers/jobs.ts';
import { modelHandlers } from './handlers/models.ts';
import { originalHandlers } from './handlers/originals.ts';
import { runHandlers } from './handlers/runs.ts';
import { sampleHandlers } from './handlers/sample.ts';
import { settingsHandlers } from './handlers/settings.ts';
import { zooHandlers } from './handlers/zoo.ts';
import { openHistory } from './history.ts';
import { createJobQueue } from './jobs/job-queue.ts';
import { evaluationsFile } from './evaluations/kept-answers.ts';
import { createSettings } from './settings.ts';
import { missingRoom, spaceNeeded } from './jobs/space-needed.ts';
import { discardWork, goOnWithJob, startJob, withSettings } from './jobs/start-job.ts';

export interface HostOptions {
  /** Tests hand in a stand-in. */
  readonly engine?: Engine | undefined;
  readonly spawnWorker: SpawnWorker;
  /** Starts the process that models run in; without it nothing is evaluated. */
  readonly spawnEvaluation?: SpawnEvaluation | undefined;
  readonly version: string;
  /** The folders that may be read and written under. */
  readonly roots: readonly string[];
  /** The application's own folder, for dropped files, samples and the history; made when missing. */
  readonly dataFolder: string;
  /** Whether finished jobs are kept in a database there. */
  readonly remember: boolean;
  /** The bundled model, if there is one. */
  readonly sample?: string | undefined;
  /** Moves a file to the trash of this computer. */
  readonly trash?: ((path: string) => Promise<void>) | undefined;
  /** Told when work begins and when all is still, so that a shell can keep the computer awake. */
  readonly workingChanged?: ((isWorking: boolean) => void) | undefined;
  /** How often drives are looked at, and how long a paused job keeps its memory; tests are less patient. */
  readonly milliseconds?: { readonly poll?: number; readonly patience?: number } | undefined;
  /** Told of what does not stop the work. */
  readonly warn?: (message: string) => void;
}

/** A host with what its shell needs besides calls: the allow-list, a place for incoming files, and an end. */
export interface RunningHost extends Host {
  readonly access: Access;
  readonly workFolder: string;
  /** A shell that can tell says whether the computer runs on its battery. */
  setPower(isOnBattery: boolean): void;
  close(): Promise<void>;
}

/** The whole application without a shell: checks inputs, runs jobs, remembers them, and tells of changes. */
export async function createHost(options: HostOptions): Promise<RunningHost> {
  const { spawnWorker, version, roots, dataFolder, remember, sample } = options;
  const { trash } = options;
  const { engine = pipeline, warn = () => undefined } = options;
  const workFolder = join(dataFolder, 'work');
  await pipeline.makeFolder(workFolder);
  const access = await createAccess([...roots, workFolder]);
  const history = await openHistory(remember ? join(dataFolder, 'history.db') : undefined, warn);
  const listeners = new Map<EventName, Set<(event: never) => void>>();

  const emit = <Name extends EventName>(name: Name, event: Events[Name]) => {
    for (const listener of listeners.get(name) ?? []) (listener as (event: Events[Name]) => void)(event);
  };
  let isOnBattery = false;
  const settings = createSettings(await history.loadSettings(), (now, changes) => {
    history.saveSettings(changes);
    queue.setPower(isOnBattery && now.pauseOnBattery);
    emit('settings.changed', now);
  });
  const reserve = () => settings.current().diskReserveBytes;
  const originals = originalHandlers({ engine, history, context: { spawnWorker }, trash });
  const queue = createJobQueue({
    start: (request, { isRevived, ...context }) =>
      (isRevived ? goOnWithJob : startJob)(engine, withSettings(request, settings.current()), {
        ...{ ...context, spawnWorker, keepsWork: true },
      }),
    changed: (job) => emit('job.changed', job),
    orderChanged: (order) => emit('queue.changed', { order }),
    batchEnded: (end) => emit('batch.ended', end),
    diskChanged: (room) => emit('disk.changed', room),
    workingChanged: (isWorking) => options.workingChanged?.(isWorking),
    async finished(job, report) {
      await history.add(job, report);
      const replace = (run: string) => originals['originals.replace']({ run });
      return afterJob(job, { settings: settings.current, replace: async (run) => replace(run) });
    },
    save: history.saveJobs,
    space: (request, signal) => spaceNeeded(request, engine, { spawnWorker, signal }, reserve()),
    missing: (needed) => missingRoom(needed, reserve()),
    discard: discardWork,
    milliseconds: { poll: 1000, patience: 60_000, ...options.milliseconds },
    earlier: await history.loadJobs(),
  });
  let closed: Promise<void> | undefined;
  const { handlers: ofZoo, close: closeZoo } = await zooHandlers({
    ...{ access, spawnWorker, dataFolder, history, settings: settings.current },
    changed: (run) => emit('zoo.changed', run),
  });
  const evaluations = await evaluationHandlers({
    ...{ spawnWorker, access, warn },
    spawnEvaluation: options.spawnEvaluation,
    database: remember ? join(dataFolder, evaluationsFile) : undefined,
    changed: (evaluation) => emit('evaluation.changed', evaluation),
  });
  const exportsAtWork = join(dataFolder, 'exporting');
  const tidied = tidyExports(exportsAtWork).catch((error: unknown) =>
    warn(`What an earlier export left could not be removed (${String(error)}).`),
  );
  const { handlers: ofExports, close: closeExports } = exportHandlers({
    ...{ spawnWorker, spawnEvaluation: options.spawnEvaluation, access, history, settings: settings.current },
    notes: exportNotes(exportsAtWork),
    changed: (job) => emit('export.changed', job),
  });
  const fits = await fitHandlers({
    ...{ spawnWorker, spawnEvaluation: options.spawnEvaluation, access, history, dataFolder, workFolder },
    settings: settings.current,
    changed: (job) => emit('fit.changed', job),
  });
  const approximations = approximationHandlers({
    ...{ access, spawnWorker },
    surveyed: (event) => emit('survey.changed', event),
  });
  const handlers: Handlers = {
    ...appHandlers({
      ...{ version, remembers: history.remembers, writes: true, trash: trash !== undefined },
      ...(history.fault !== undefined && { historyFault: history.fault }),
    }),
    ...catalogHandlers(engine),
    ...modelHandlers(engine, access),
    ...estimateHandlers({
      ...{ engine, access, spawnWorker },
      settings: settings.current,
      progress: (event) => emit('estimate.progress', event),
    }),
    ...jobHandlers({ queue, access, settings: settings.current, remembered: history.written }),
    ...runHandlers(history, async (candidate) => evaluations.handlers['evaluations.list']({ candidate })),
    ...originals,
    ...evaluations.handlers,
    ...settingsHandlers(settings, access),
    ...fileHandlers(access, workFolder),
    ...sampleHandlers(sample, workFolder),
    ...approximations.handlers,
    ...fits.handlers,
    ...ofExports,
    ...ofZoo,
  };

  return {
    access,
    workFolder,
    setPower(isNow) {
      isOnBattery = isNow;
      queue.setPower(isOnBattery && settings.current().pauseOnBattery);
    },
    async call<Name extends CallName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
      if (!isCallName(name)) throw new HostError({ code: 'BAD_INPUT', message: `There is no call "${String(name)}".` });
      const { success, data, error } = calls[name].input.safeParse(input);
      if (!success)
        throw new HostError({ code: 'BAD_INPUT', message: `${name} was given something else: ${problemOf(error)}` });
      try {
        return await handlers[name](data as Input<Name>);
      } catch (thrown) {
        throw new HostError(toFailure(thrown));
      }
    },
    on(name, listener) {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known.add(listener));
      return () => known.delete(listener);
    },
    close: () =>
      (closed ??= (async () => {
        approximations.close();
        await fits.close();
        await closeZoo();
        await tidied;
        await closeExports();
        await evaluations.close();
        await queue.close();
        await history.close();
      })()),
  };
}

function problemOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}) {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`).join('; ');
}
