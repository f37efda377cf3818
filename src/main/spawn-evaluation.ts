import { utilityProcess } from 'electron';
import { evaluationEnvironment, type EvaluationProcess, type TaskReply } from '../evaluation/index.ts';
import { evaluationEntry } from '../host/threads/spawn-evaluation.ts';

/** Starts the process that models run in as one of Electron's, since it lets nothing else run as Node. */
export function spawnEvaluation(): EvaluationProcess {
  const child = utilityProcess.fork(evaluationEntry(), [], {
    stdio: 'ignore',
    serviceName: 'Featherweight models',
    env: evaluationEnvironment(),
  });
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', (reply: TaskReply) => listener(reply)),
    onExit: (listener) => void child.once('exit', (code) => listener(`code ${code}`)),
    kill: () => void child.kill(),
  };
}
