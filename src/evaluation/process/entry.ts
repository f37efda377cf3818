import { toErrorData } from '../../engine/errors.ts';
import { peakRssBytes } from '../../engine/pipeline/job/resources.ts';
import { compareLayers } from '../compare/layers.ts';
import { compareWeights } from '../compare/weights.ts';
import { calibrate } from '../joint/calibrate/calibrate.ts';
import { roundAll } from '../joint/round/round.ts';
import { measureSensitivities } from '../joint/weigh/sensitivity.ts';
import { tryMethods } from '../joint/weigh/try-methods.ts';
import { narrowModel } from '../narrow/narrow-model.ts';
import { measure } from '../inference/measure.ts';
import { tryModel } from '../inference/trial.ts';
import type { TaskMessage, TaskName, TaskReply, Tasks } from './protocol.ts';

/** The far end of the channel: a port of Electron's, or the one that Node gives a forked process. */
interface ParentPort {
  on(event: 'message', listener: (event: { readonly data: TaskMessage }) => void): void;
  postMessage(reply: TaskReply): void;
}

type OnProgress = (phase: string, done: number, total: number) => void;
type Perform = { readonly [Name in TaskName]: (request: Tasks[Name]['request'], tell: OnProgress) => Promise<unknown> };

const perform: Perform = {
  measure: (request, tell) => measure(request, tell),
  trial: tryModel,
  weights: ({ original, candidate }, tell) =>
    compareWeights(original, candidate, (done, total) => tell('weights', done, total)),
  calibrate: (request, tell) => calibrate(request, (done, total) => tell('calibrate', done, total)),
  sensitivity: (request, tell) => measureSensitivities(request, (done, total) => tell('sensitivity', done, total)),
  methods: (request, tell) => tryMethods(request, (done, total) => tell('methods', done, total)),
  round: (request, tell) => roundAll(request, (done, total) => tell('round', done, total)),
  narrow: (request, tell) => narrowModel(request, (done, total) => tell('narrow', done, total)),
  layers: (request, tell) => compareLayers(request, (done, total) => tell('layers', done, total)),
};

const { parentPort } = process as { readonly parentPort?: ParentPort };
const post = (reply: TaskReply): Promise<void> =>
  new Promise((resolve) => {
    if (parentPort === undefined) process.send?.(reply, undefined, undefined, () => resolve());
    else {
      parentPort.postMessage(reply);
      resolve();
    }
  });

const millisecondsBetween = 50;
let told = 0;

async function work({ task, request }: TaskMessage): Promise<void> {
  const tell: OnProgress = (phase, done, total) => {
    const now = performance.now();
    if (now - told < millisecondsBetween && done < total) return;
    told = now;
    void post({ type: 'progress', phase, done, total });
  };
  try {
    const result = await (perform[task] as (request: unknown, tell: OnProgress) => Promise<unknown>)(request, tell);
    await post({ type: 'done', result, peakRssBytes: peakRssBytes() });
  } catch (error) {
    await post({ type: 'failed', error: toErrorData(error, 'evaluating') });
  }
  // The runtime's threads would keep it alive; Electron's port is emptied first.
  if (parentPort === undefined) process.exit();
  else setTimeout(() => process.exit(), 100);
}

// Ctrl-C reaches the whole group of processes; the parent decides.
process.on('SIGINT', () => undefined);
// A parent that is gone wants no answer.
process.on('disconnect', () => process.exit());
if (parentPort === undefined) process.once('message', (message) => void work(message as TaskMessage));
else parentPort.on('message', ({ data }) => void work(data));
