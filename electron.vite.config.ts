import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/**
 * Three bundles. `main` has three entries: the Electron main process, the command line, which plain Node runs, and the
 * process that models run in. What
 * package.json lists as a dependency stays outside of them; a sandboxed preload may load nothing but `electron`, so
 * there everything is bundled, and it must be CommonJS.
 */
export default defineConfig({
  main: {
    build: {
      // What every start loads is bundled: one file to read instead of dozens, and only the parts that are used.
      externalizeDeps: { exclude: ['commander', 'picocolors', 'zod'] },
      // A program that runs still loads chunks of its own build, by their hashes; `scripts/freshness.mjs` removes old ones.
      emptyOutDir: false,
      rolldownOptions: {
        input: { index: 'src/main/index.ts', cli: 'src/cli/index.ts', evaluation: 'src/evaluation/process/entry.ts' },
        external: [/^onnxruntime-/, /^@huggingface\/(gguf|hub)$/],
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    build: {
      rolldownOptions: { input: 'src/renderer/index.html' },
      minify: true,
      // Everything is a file of our own origin: `data:` is not in the content policy's script-src or font-src.
      assetsInlineLimit: 0,
    },
  },
});
