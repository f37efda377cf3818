/** The bundler turns such an import into a function that starts the module in a worker thread. */
declare module '*?nodeWorker' {
  import type { Worker, WorkerOptions } from 'node:worker_threads';
  export default function start(options: WorkerOptions): Worker;
}
