import type { EngineCatalog } from '../../engine/index.ts';
import { colors } from './colors.ts';

type Level = EngineCatalog['levels'][number];
type Method = EngineCatalog['methods'][number];

/** What a JSON Schema says of one option, as far as it is shown. */
interface OptionSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

/** The levels, and the methods with their options, ranges and defaults. */
export function methodsText(levels: readonly Level[], methods: readonly Method[]): string {
  const blocks = [levels.map(levelLine), ...methods.map(methodLines)];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function levelLine({ id, title, says, method }: Level): string {
  return `${colors.bold(id)}  ${title} (${method}). ${says}`;
}

function methodLines({ id, title, summary, caution, options }: Method): readonly string[] {
  const properties = (options['properties'] ?? {}) as Readonly<Record<string, OptionSchema>>;
  return [
    `${colors.bold(id)}  ${title}. ${summary}`,
    ...(caution === undefined ? [] : [`  Mind: ${caution}`]),
    ...Object.entries(properties).map(([name, option]) =>
      `  ${name}=${String(option.default)}  ${option.description ?? ''} ${rangeOf(option)}`.trimEnd(),
    ),
  ];
}

function rangeOf({ minimum, maximum, enum: choices, type }: OptionSchema): string {
  if (choices !== undefined) return `(${choices.join(', ')})`;
  if (type === 'boolean') return '(true, false)';
  return minimum === undefined || maximum === undefined ? '' : `(${minimum} to ${maximum})`;
}
