import { parentPort } from 'node:worker_threads';
import { toErrorData } from '../errors.ts';
import { BlockCoder } from './block-coder.ts';
import { Hasher } from './hasher.ts';
import type { Reply, Request, Results, Task, TaskKind } from './protocol.ts';

const port = parentPort;
if (port === null) throw new Error('This module runs in a worker thread.');

let coder: BlockCoder | undefined;
const hasher = new Hasher();

port.on('message', ({ id, task }: Request) => {
  port.postMessage(answer(id, task));
});

function answer(id: number, task: Task): Reply {
  try {
    return { id, result: perform(task) };
  } catch (error) {
    return { id, error: toErrorData(error, doing[task.kind]) };
  }
}

const doing: Readonly<Record<TaskKind, string>> = {
  open: 'starting a thread',
  plan: 'sampling',
  encode: 'reading and coding',
  prove: 'writing and proving',
  'prove-reference': 'proving',
  decode: 'restoring',
  attach: 'starting a thread',
  hash: 'hashing',
};

function perform(task: Task): Results[TaskKind] {
  switch (task.kind) {
    case 'open':
      coder = new BlockCoder(task.slots, task.slotBytes, task.blockBytes);
      return { memory: coder.memory, inputs: coder.inputs };
    case 'attach':
      hasher.attach(task.thread, task.memory);
      return null;
    case 'hash':
      return hasher.hash(task.pieces);
    case 'plan':
    case 'encode':
    case 'prove':
    case 'prove-reference':
    case 'decode':
      return code(task);
  }
}

function code(task: Exclude<Task, { kind: 'open' | 'attach' | 'hash' }>): Results[TaskKind] {
  if (!coder) throw new Error('The thread was not opened.');
  switch (task.kind) {
    case 'plan':
      return { node: coder.plan(task) };
    case 'encode':
      return { blocks: coder.encode(task) };
    case 'prove':
      coder.prove(task);
      return null;
    case 'prove-reference':
      coder.proveReference(task);
      return null;
    case 'decode':
      coder.decode(task);
      return null;
  }
}
