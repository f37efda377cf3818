import type { ZooRun } from '../../contract/zoo.ts';
import type { BatchEvent } from '../../engine/index.ts';

type Passing = 'model' | 'modelDone' | 'modelTotal' | 'rate' | 'secondsLeft' | 'disk';

/** A state without what is only true of the model in hand. */
export function settled(run: ZooRun): ZooRun {
  return without(run, 'model', 'modelDone', 'modelTotal', 'disk');
}

/** The state of a run after what its batch tells. */
export function advanced(run: ZooRun, event: Exclude<BatchEvent, { type: 'model-finished' }>): ZooRun {
  switch (event.type) {
    case 'batch-started':
      return { ...run, total: event.models, bytesTotal: event.bytesTotal };
    case 'model-started':
      return { ...settled(run), done: event.number, model: event.id };
    case 'model-progress': {
      const { bytesDone, modelDone, modelTotal, rate, secondsLeft } = event;
      const pace = rate !== undefined && secondsLeft !== undefined && { rate, secondsLeft };
      return { ...without(run, 'disk', 'rate', 'secondsLeft'), bytesDone, modelDone, modelTotal, ...pace };
    }
    case 'waiting': {
      const { folder, free, needed } = event;
      return { ...without(run, 'rate', 'secondsLeft'), disk: { folder, free, needed } };
    }
    case 'batch-finished':
      return { ...without(run, 'rate', 'secondsLeft'), bytesDone: run.bytesTotal };
  }
}

function without(run: ZooRun, ...names: readonly Passing[]): ZooRun {
  return Object.fromEntries(Object.entries(run).filter(([name]) => !names.some((gone) => gone === name))) as ZooRun;
}
