// Compiles the kernels, bundles everything into out/, and stamps the result so that `fw` and `start` know it is fresh.
import { build } from './freshness.mjs';

build();
