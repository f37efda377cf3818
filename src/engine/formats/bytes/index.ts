import type { Format } from '../format.ts';

/** Any file: no tensors are known, so all of it is raw bytes. */
export const bytes: Format = {
  id: 'bytes',
  title: 'Any file',
  extensions: [],
  detect: () => true,
  scan: () => Promise.resolve({ format: 'bytes', tensors: [], metadata: {}, notices: [] }),
};
