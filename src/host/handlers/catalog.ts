import { loadExports } from '../../engine/index.ts';
import type { Engine } from '../engine.ts';
import type { Handlers } from './handlers.ts';

/** What the engine can do, for a window that knows none of it by name. */
export function catalogHandlers(engine: Engine): Handlers<'catalog.list'> {
  return {
    'catalog.list': async () => {
      const { formats, dtypes, codecs, presets, methods, levels } = await engine.listCatalog();
      return {
        formats: formats.map(({ extensions, ...format }) => ({ ...format, extensions: [...extensions] })),
        dtypes: [...dtypes],
        codecs: codecs.map((codec) => ({ ...codec })),
        presets: [...presets],
        methods: methods.map((method) => ({ ...method })),
        levels: levels.map(({ id, title, says, method }) => ({ id, title, says, method })),
        exports: (await loadExports()).targets.map(({ id, title, summary, ticks, load, from, learns = false }) => ({
          ...{ id, title, summary, load, from: [...from], learns },
          ticks: { ...ticks },
        })),
      };
    },
  };
}
