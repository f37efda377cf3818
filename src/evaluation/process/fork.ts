import { fork } from 'node:child_process';
import { evaluationEnvironment } from './environment.ts';
import type { EvaluationProcess, TaskReply } from './protocol.ts';

/** Starts the entry at `path` as a process of Node's; the last of what it writes to stderr tells how it died. */
export function forkEvaluation(path: string): EvaluationProcess {
  const child = fork(path, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: evaluationEnvironment(),
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-2000)));
  return {
    post: (message) => void child.send(message),
    onMessage: (listener) => void child.on('message', (reply) => listener(reply as TaskReply)),
    onExit(listener) {
      // Posting to a process that has just died fails here too (EPIPE), before `close` tells how it died.
      child.on('error', (error) => {
        words += `\n${error.message}`;
        if (child.pid === undefined) listener(error.message);
        else child.kill('SIGKILL');
      });
      child.once('close', (code, signal) =>
        listener(`${signal ?? `code ${code ?? ''}`}${words && `: ${words.trim()}`}`),
      );
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
