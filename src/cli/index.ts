#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { startThreadsAhead } from '../engine/workers/idle-threads.ts';
import { defaultDataFolder } from '../host/files/data-folder.ts';
import { spawnWorker } from '../host/threads/spawn-worker.ts';
import { keepHeapBounded } from './heap.ts';
import { threadsAhead } from './threads-ahead.ts';

const words = process.argv.slice(2);
keepHeapBounded(words);
// What V8 made of the sources, for this thread and those that it starts. In a folder of this person's own: whoever can
// write there decides what runs.
process.env['NODE_COMPILE_CACHE'] ??= join(defaultDataFolder(), 'compiled');
enableCompileCache(process.env['NODE_COMPILE_CACHE']);
// They start on other cores while this one loads all the rest, which is therefore imported behind them.
startThreadsAhead(spawnWorker, threadsAhead(words));
const { main } = await import('./main.ts');
// Setting the code instead of exiting lets pipes drain.
process.exitCode = await main(words);
