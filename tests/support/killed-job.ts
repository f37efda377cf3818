// A process that compresses argv[2] to argv[3], says when it has begun, and may be killed.
import { compress } from '../../src/engine/index.ts';
import { context } from './jobs.ts';

const [input = '', output = ''] = process.argv.slice(2);
for await (const event of compress({ input, output }, context())) if (event.type === 'started') console.log('started');
process.exit(0);
