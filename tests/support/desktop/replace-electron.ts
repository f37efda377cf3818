import { registerHooks } from 'node:module';

// Loaded before the built main process, whose imports of `electron` then lead to the stand-in.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: new URL('./electron.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

// Electron is told the folder of a program that is not packed, and not its first file.
process.argv[1] = process.cwd();
