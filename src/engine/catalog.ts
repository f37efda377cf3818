import { z } from 'zod';
import type { Preset } from './codecs/codec.ts';
import type { Quantizer } from './quantizers/quantizer.ts';
import type { Level } from './quantizers/levels.ts';
import { dtypes } from './tensor/dtype.ts';

/** What the engine can do, as plain data for people and forms. The order of each list only ever grows at its end. */
export interface EngineCatalog {
  readonly formats: readonly { readonly id: string; readonly title: string; readonly extensions: readonly string[] }[];
  readonly dtypes: readonly { readonly id: string; readonly bits: number; readonly kind: string }[];
  /** `options` is a JSON Schema with titles and descriptions. */
  readonly codecs: readonly CatalogEntry[];
  /** Ways to approximate weights; `caution` is what a person must know before choosing one. */
  readonly methods: readonly MethodEntry[];
  /** Methods with options under plain names, from hardly changed to much smaller. */
  readonly levels: readonly Level[];
  readonly presets: readonly {
    readonly id: Preset;
    readonly title: string;
    readonly says: string;
    readonly does: string;
  }[];
}

export interface CatalogEntry {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface MethodEntry extends CatalogEntry {
  readonly caution?: string;
}

const presets: EngineCatalog['presets'] = [
  {
    id: 'quick',
    title: 'Quick',
    says: 'Same bytes back. For files you open often.',
    does: 'Tries the fastest codecs only, so that restoring is as fast as it can be.',
  },
  {
    id: 'balanced',
    title: 'Balanced',
    says: 'Same bytes back. Good saving, fast.',
    does: 'Splits numbers into their fields and chooses for each tensor by measuring a sample.',
  },
  {
    id: 'smallest',
    title: 'Smallest',
    says: 'Same bytes back. Slower; for cold storage.',
    does: 'Tries everything there is and weighs size alone.',
  },
];

/** Lists formats, codecs, methods and presets. Loads the codecs when it is first asked, which takes some milliseconds. */
export async function listCatalog(): Promise<EngineCatalog> {
  const [{ codecs }, { formats }, { quantizers }, { levels }] = await Promise.all([
    import('./codecs/catalog.ts'),
    import('./formats/catalog.ts'),
    import('./quantizers/catalog.ts'),
    import('./quantizers/levels.ts'),
  ]);
  return {
    formats: formats.map(({ id, title, extensions }) => ({ id, title, extensions })),
    dtypes: Object.entries(dtypes).map(([id, { bits, kind }]) => ({ id, bits, kind })),
    codecs: codecs.map(({ id, title, summary, options }) => ({
      ...{ id, title, summary },
      options: z.toJSONSchema(options, { unrepresentable: 'any' }),
    })),
    methods: (quantizers as readonly Pick<Quantizer, 'id' | 'title' | 'summary' | 'caution' | 'options'>[]).map(
      ({ id, title, summary, caution, options }) => ({
        ...{ id, title, summary },
        ...(caution !== undefined && { caution }),
        options: z.toJSONSchema(options, { unrepresentable: 'any', io: 'input' }),
      }),
    ),
    levels,
    presets,
  };
}
