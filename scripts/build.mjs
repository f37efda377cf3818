// Compiles the kernels, bundles everything into out/, and stamps the result so that `fw` and `start` know it is fresh. With
// `--clean` nothing of older builds stays.
import { build } from './freshness.mjs';

build('inherit', !process.argv.includes('--clean'));
