import type { SurveyPoint } from './approximations.ts';
import type { Evaluation } from './evaluations.ts';
import type { ExportJob } from './exports.ts';
import type { FitJob } from './fits.ts';
import type { DiskRoom, Job } from './jobs.ts';
import type { Settings } from './settings.ts';
import type { ShortcutId } from './shortcuts.ts';
import type { ZooRun } from './zoo.ts';

/** What the host tells without being asked. Each event is a whole state, so missing one costs nothing. */
export interface Events {
  /** A job has begun, got on (at most ten times a second), or ended. */
  readonly 'job.changed': Job;
  /** An evaluation has begun, got on (at most ten times a second), or ended. */
  readonly 'evaluation.changed': Evaluation;
  /** An export has begun, got on (at most ten times a second), or ended. */
  readonly 'export.changed': ExportJob;
  /** A fit has begun, got on (at most ten times a second), tried a candidate, or ended. */
  readonly 'fit.changed': FitJob;
  /** The ids of all jobs that are on the list, those that wait in the order they will run. */
  readonly 'queue.changed': { readonly order: readonly string[] };
  /** All that was asked for is done, or waits for a person: what a notice says, once for the whole batch. */
  readonly 'batch.ended': BatchEnd;
  readonly 'estimate.progress': { readonly path: string; readonly sampledBytes: number; readonly bytesTotal: number };
  /** A survey of methods has got on: all points so far, of so many. */
  readonly 'survey.changed': { readonly path: string; readonly points: readonly SurveyPoint[]; readonly total: number };
  readonly 'settings.changed': Settings;
  /** A drive has got too full to go on, or has room again. */
  readonly 'disk.changed': DiskRoom & { readonly enough: boolean };
  /** The zoo is scanned, planned or worked on. */
  readonly 'zoo.changed': ZooRun;
  /** A file was opened from outside of the window: from the file manager, by a second start, by the system. */
  readonly 'models.opened': { readonly path: string };
  /** An entry of the application's menu was chosen. */
  readonly 'menu.chosen': { readonly id: ShortcutId };
}

export interface BatchEnd {
  readonly done: number;
  readonly failed: number;
  readonly paused: number;
  readonly bytesSaved: number;
  /** One of the files that were written. */
  readonly path?: string;
}

export type EventName = keyof Events;

/** Of events with the same key only the newest matters. */
const keys: { readonly [Name in EventName]: (event: Events[Name]) => string } = {
  'job.changed': ({ id }) => id,
  'evaluation.changed': ({ id }) => id,
  'export.changed': ({ id }) => id,
  'fit.changed': ({ id }) => id,
  'queue.changed': () => '',
  'batch.ended': () => '',
  'estimate.progress': ({ path }) => path,
  'survey.changed': ({ path }) => path,
  'settings.changed': () => '',
  'disk.changed': ({ folder }) => folder,
  'zoo.changed': () => '',
  'models.opened': ({ path }) => path,
  'menu.chosen': ({ id }) => id,
};

/** All event names, for transports that must subscribe to each. */
export const eventNames = Object.keys(keys) as readonly EventName[];

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(keys, name);
}

/** What an event makes an older one of the same key needless by. */
export function eventKey<Name extends EventName>(name: Name, event: Events[Name]): string {
  return `${name}\n${keys[name](event)}`;
}
