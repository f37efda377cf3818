// Pictures of every screen and state, in light, dark, 320 pixels, at twice the size and in the system's colours, to be looked at.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './freshness.mjs';

const pictures = join(root, 'test-results/screens');
rmSync(pictures, { recursive: true, force: true });
process.env.FEATHERWEIGHT_SCREENSHOTS = 'all';
process.argv.splice(2, 0, 'screens', 'approximate', 'export', 'fit', 'accuracy', 'compare', 'zoo');
process.once('exit', () => console.error(`The pictures are in ${pictures}.`));
await import('./test-e2e.mjs');
