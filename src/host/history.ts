import type { Job } from '../contract/jobs.ts';
import type { Settings } from '../contract/settings.ts';
import type { ExportReport, Report } from '../engine/index.ts';
import { candidateTensors, listCandidates, saveCandidate, type StoredCandidate } from '../store/candidates.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { addExport, exportedTensors, findExport, listExports, type StoredExport } from '../store/exports.ts';
import { loadFits, saveFits, type StoredFit } from '../store/fits.ts';
import { loadJobs, saveJobs } from '../store/jobs.ts';
import { loadOriginals, saveOriginal, type StoredOriginal } from '../store/originals.ts';
import { addRun, codecsOf, findRun, findRuns, recentRuns, runTensors } from '../store/runs.ts';
import { loadSettings, saveSettings } from '../store/settings.ts';
import { loadZoo, saveZoo, type ZooPart } from '../store/zoo.ts';

type Rest<Work> = Work extends (database: Database, ...rest: infer Words) => infer Result
  ? (...words: Words) => Result
  : never;

/** What outlasts a restart: finished jobs and exports, those that have not ended, settings and replaced originals. */
export interface History {
  /** False when it is kept in memory only, because there is no database or it could not be opened. */
  readonly remembers: boolean;
  /** Why it does not, in words for people; absent where it does, or was not asked to. */
  readonly fault?: string;
  add(job: Job, report: Report): Promise<void>;
  readonly recent: Rest<typeof recentRuns>;
  readonly find: Rest<typeof findRuns>;
  readonly get: Rest<typeof findRun>;
  readonly tensors: Rest<typeof runTensors>;
  readonly codecs: Rest<typeof codecsOf>;
  addExport(finished: StoredExport, tensors: ExportReport['tensors']): Promise<void>;
  readonly exports: Rest<typeof listExports>;
  readonly export: Rest<typeof findExport>;
  readonly exportedTensors: Rest<typeof exportedTensors>;
  saveCandidate(tried: StoredCandidate): Promise<void>;
  readonly candidates: Rest<typeof listCandidates>;
  readonly candidateTensors: Rest<typeof candidateTensors>;
  readonly originals: Rest<typeof loadOriginals>;
  /** Rejects when it cannot be written, since an original is moved only after that. */
  saveOriginal(original: StoredOriginal): Promise<void>;
  /** Keeps the jobs that have not ended; the newest call wins. */
  saveJobs(jobs: readonly Job[]): void;
  /** The jobs that had not ended; one whose run was kept has. */
  loadJobs(): Promise<readonly unknown[]>;
  /** The same for fits. */
  saveFits(fits: readonly StoredFit[]): void;
  readonly loadFits: Rest<typeof loadFits>;
  saveSettings(changes: Partial<Settings>): void;
  loadSettings(): Promise<Readonly<Record<string, unknown>>>;
  saveZoo(part: ZooPart, value: unknown): void;
  readonly loadZoo: Rest<typeof loadZoo>;
  /** Resolves when everything that was to be kept until now is on the disk, or could not be. */
  written(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the history in the database at `path`. A history is worth less than the work: if the file cannot be opened, read or
 * written, jobs go on and `warn` is told why. One that cannot be read whole is not written to either, so that nothing in it is lost.
 */
export async function openHistory(path: string | undefined, warn: (message: string) => void): Promise<History> {
  let fault: string | undefined;
  const database = await openReadable(path ?? ':memory:').catch((error: unknown) => {
    fault = `The history "${path ?? ''}" cannot be opened (${messageOf(error)}); this session is not remembered.`;
    warn(fault);
    return openDatabase(':memory:');
  });
  let writing: Promise<void> = Promise.resolve();
  let newest: readonly Job[] | undefined;
  const write = (work: () => Promise<void>): Promise<void> =>
    (writing = writing
      .then(work)
      .catch((error: unknown) => warn(`The history could not be written (${messageOf(error)}).`)));
  return {
    remembers: path !== undefined && fault === undefined,
    ...(fault !== undefined && { fault }),
    add: ({ id, name, receipt }, report) =>
      write(() => addRun(database, { id, name, finished: Date.now(), report, receipt })),
    recent: (limit) => recentRuns(database, limit),
    find: (page) => findRuns(database, page),
    get: (id) => findRun(database, id),
    tensors: (id, page) => runTensors(database, id, page),
    codecs: (id) => codecsOf(database, id),
    addExport: (finished, tensors) => write(() => addExport(database, finished, tensors)),
    exports: (page) => listExports(database, page),
    export: (id) => findExport(database, id),
    exportedTensors: (id, page) => exportedTensors(database, id, page),
    saveCandidate: (tried) => write(() => saveCandidate(database, tried)),
    candidates: (input) => listCandidates(database, input),
    candidateTensors: (fit, number) => candidateTensors(database, fit, number),
    originals: () => loadOriginals(database),
    saveOriginal: (original) => saveOriginal(database, original),
    saveJobs(jobs) {
      const isWaiting = newest !== undefined;
      newest = jobs;
      if (isWaiting) return;
      void write(async () => {
        const now = newest ?? [];
        newest = undefined;
        await saveJobs(
          database,
          now.map((job) => ({ id: job.id, state: job.state, job })),
        );
      });
    },
    async loadJobs() {
      const jobs: unknown[] = [];
      for (const { id, job } of await loadJobs(database)) if (!(await findRun(database, id))) jobs.push(job);
      return jobs;
    },
    saveFits: (fits) => void write(() => saveFits(database, fits)),
    loadFits: () => loadFits(database),
    saveSettings: (changes) => void write(() => saveSettings(database, changes)),
    loadSettings: () => loadSettings(database),
    saveZoo: (part, value) => void write(() => saveZoo(database, part, value)),
    loadZoo: () => loadZoo(database),
    written: () => writing,
    async close() {
      await writing;
      await database.destroy();
    },
  };
}

/** An open database from which all that a start needs can be read; a damaged page or row shows only then. */
async function openReadable(path: string): Promise<Database> {
  const database = await openDatabase(path);
  try {
    for (const load of [loadSettings, loadJobs, loadFits, loadZoo, loadOriginals]) await load(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
