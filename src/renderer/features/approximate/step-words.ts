import type { Catalog } from '../../../contract/catalog.ts';
import { visibleText } from '../../text/visible.ts';
import { changedOptions, optionFields, type OptionValues } from './option-fields.ts';

/** A method with its options. */
export interface Step {
  readonly method: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A step in words: the method's title, and what differs from its defaults. */
export function stepWords({ method, options = {} }: Step, methods: Catalog['methods']): string {
  const known = methods.find(({ id }) => id === method);
  const changed = known === undefined ? options : changedOptions(optionFields(known.options), options as OptionValues);
  const told = Object.entries(changed ?? {}).map(([name, value]) => `${name} ${String(value)}`);
  const title = known?.title ?? method;
  return told.length === 0 ? title : `${title} (${told.join(', ')})`;
}

/** That a tensor stays as it is, and why. */
export function keptWords(reason: string | undefined): string {
  return reason === undefined ? 'Kept exactly' : `Kept exactly: ${visibleText(reason)}`;
}
