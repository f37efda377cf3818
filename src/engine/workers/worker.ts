import { parentPort } from 'node:worker_threads';
import { toErrorData } from '../errors.ts';
import type { BlockCoder } from './block-coder.ts';
import { Hasher } from './hasher.ts';
import type { Reply, Request, Results, Task, TaskKind, TaskOf } from './protocol.ts';

const port = parentPort;
if (port === null) throw new Error('This module runs in a worker thread.');

let coder: BlockCoder | undefined;
const hasher = new Hasher();

port.on('message', ({ id, task }: Request) => {
  void answer(id, task).then((reply) => {
    port.postMessage(reply);
  });
});

async function answer(id: number, task: Task): Promise<Reply> {
  try {
    return { id, result: await perform(task) };
  } catch (error) {
    return { id, error: toErrorData(error, doing[task.kind]) };
  }
}

const doing: Readonly<Record<TaskKind, string>> = {
  load: 'starting a thread',
  open: 'starting a thread',
  plan: 'sampling',
  look: 'sampling',
  try: 'approximating a sample',
  encode: 'reading and coding',
  measure: 'reading and measuring',
  parameters: 'choosing parameters',
  prove: 'writing and proving',
  'prove-again': 'proving',
  'prove-reference': 'proving',
  decode: 'restoring',
  'read-back': 'reading back',
  attach: 'starting a thread',
  hash: 'hashing',
};

/** The codecs, only in threads that code, which makes the others start sooner and take less memory. */
const loadCodecs = (): Promise<typeof import('./block-coder.ts')> => import('./block-coder.ts');

async function open(task: TaskOf<'open'>): Promise<Results['open']> {
  if (coder?.memory.fits(task) !== true) coder = (await loadCodecs()).createBlockCoder(task);
  const { workspace, inputs } = coder.memory;
  return { memory: workspace.memory.buffer, inputs };
}

async function perform(task: Task): Promise<Results[TaskKind]> {
  switch (task.kind) {
    case 'load':
      await loadCodecs();
      return null;
    case 'open':
      return open(task);
    case 'attach':
      hasher.attach(task.thread, task.memory);
      return null;
    case 'hash':
      return hasher.hash(task.pieces);
    case 'plan':
    case 'look':
    case 'try':
    case 'encode':
    case 'measure':
    case 'parameters':
    case 'prove':
    case 'prove-again':
    case 'prove-reference':
    case 'decode':
    case 'read-back':
      return code(task);
  }
}

function code(task: Exclude<Task, { kind: 'load' | 'open' | 'attach' | 'hash' }>): Results[TaskKind] {
  if (!coder) throw new Error('The thread was not opened.');
  const { sampler, encoder, decoder } = coder;
  switch (task.kind) {
    case 'plan':
      return { node: sampler.plan(task) };
    case 'look':
      return sampler.look(task);
    case 'try':
      return sampler.try(task);
    case 'encode':
      return { blocks: encoder.encode(task) };
    case 'measure':
      return { statistics: encoder.measure(task) };
    case 'parameters':
      return encoder.parameters(task);
    case 'prove':
      return { crc32s: decoder.prove(task) };
    case 'prove-again':
      decoder.proveAgain(task);
      return null;
    case 'prove-reference':
      decoder.proveReference(task);
      return null;
    case 'decode':
      decoder.decode(task);
      return null;
    case 'read-back':
      decoder.readBack(task);
      return null;
  }
}
