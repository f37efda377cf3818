import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { HostError } from '../contract/errors.ts';
import type { SpawnEvaluation } from '../evaluation/index.ts';
import { bundledFile } from '../host/files/bundled-files.ts';
import { defaultDataFolder } from '../host/files/data-folder.ts';
import type { Engine, SpawnWorker } from '../host/engine.ts';
import { createHost } from '../host/host.ts';
import { createApplication } from './application.ts';
import { createGuard, newSecret } from './guard.ts';
import { watchIdleness } from './idle.ts';
import { emptySpool } from './spool.ts';
import { readWindowFiles } from './window-files.ts';

export interface ServerOptions {
  /** Tests hand in a stand-in. */
  readonly engine?: Engine | undefined;
  readonly spawnWorker: SpawnWorker;
  readonly spawnEvaluation?: SpawnEvaluation | undefined;
  readonly version: string;
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** The folders that the window may reach; default: the working folder and the person's home. */
  readonly roots?: readonly string[] | undefined;
  readonly dataFolder?: string | undefined;
  /** How long it serves nobody before it ends by itself; 0, the default, for ever. */
  readonly idleMilliseconds?: number | undefined;
  /** Told of what does not stop the server, such as a history that cannot be opened. */
  readonly warn?: ((message: string) => void) | undefined;
}

export interface RunningServer {
  /** Opens the window; the part behind `#` is a token that works once. */
  readonly url: string;
  /** Resolves when it has served nobody for as long as was allowed; whoever started it closes it then. */
  readonly idle: Promise<unknown>;
  /** Stops the running job, ends all connections and resolves when all files are closed. */
  close(): Promise<void>;
}

/** Serves the application to browsers of this machine: on 127.0.0.1 only, never elsewhere. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    engine,
    spawnWorker,
    spawnEvaluation,
    version,
    port = 0,
    warn = (message) => console.error(message),
  } = options;
  const { roots = [process.cwd(), homedir()], dataFolder = defaultDataFolder(), idleMilliseconds = 0 } = options;
  const windowFolder = bundledFile('out/renderer');
  if (windowFolder === undefined)
    throw new HostError({ code: 'NOT_FOUND', message: 'The window (out/renderer) has not been built.' });
  const host = await createHost({
    ...{ engine, spawnWorker, spawnEvaluation, version, roots, dataFolder, warn },
    remember: true,
    trash: async (path) => (await import('trash')).default(path, { glob: false }),
    sample: bundledFile('samples/digits.safetensors'),
  });
  const empty = () => emptySpool(host.workFolder, host);
  try {
    await empty();
    const token = newSecret();
    let listening = 0;
    const application = createApplication({
      host,
      guard: createGuard({ token, port: () => listening }),
      checkPath: host.access.check,
      uploadFolder: host.workFolder,
      windowFiles: await readWindowFiles(windowFolder),
    });
    const server = createAdaptorServer({ fetch: application.fetch }) as Server;
    // A dropped file of many gigabytes takes longer than the five minutes that Node allows a request.
    server.requestTimeout = 0;
    listening = await listen(server, port);
    const watch = idleMilliseconds > 0 ? watchIdleness(server, host, idleMilliseconds) : undefined;
    return {
      idle: watch?.idle ?? new Promise(() => undefined),
      url: `http://127.0.0.1:${listening}/#token=${token}`,
      async close() {
        watch?.[Symbol.dispose]();
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
        await host.close();
        await empty();
      },
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
