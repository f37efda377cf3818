export type OptionValue = number | string | boolean;
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** One option of a method, as its form shows it. */
export interface OptionField {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly value: OptionValue | undefined;
  readonly control:
    | { readonly kind: 'choice'; readonly choices: readonly string[] }
    | { readonly kind: 'switch' }
    | { readonly kind: 'text' }
    | { readonly kind: 'number'; readonly least?: number; readonly most?: number; readonly isWhole: boolean };
}

/** The fields of a JSON Schema of an object, in its order. What a form cannot show is left to its default. */
export function optionFields(schema: Readonly<Record<string, unknown>>): readonly OptionField[] {
  return Object.entries(isRecord(schema['properties']) ? schema['properties'] : {}).flatMap(([id, property]) => {
    if (!isRecord(property)) return [];
    const { title, description, default: value, enum: choices, type, minimum, maximum } = property;
    const control = controlOf({ choices, type, minimum, maximum });
    if (control === undefined) return [];
    const field: OptionField = {
      ...{ id, control },
      title: typeof title === 'string' ? title : id,
      says: typeof description === 'string' ? description : '',
      value: isOptionValue(value) ? value : undefined,
    };
    return [field];
  });
}

/** Options that differ from their defaults, which is all that a recipe needs to say; nothing if there is none. */
export function changedOptions(fields: readonly OptionField[], values: OptionValues): OptionValues | undefined {
  const changed = fields.flatMap(({ id, value }) => {
    const now = values[id];
    return now === undefined || now === value ? [] : [[id, now] as const];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

interface Facts {
  readonly choices: unknown;
  readonly type: unknown;
  readonly minimum: unknown;
  readonly maximum: unknown;
}

function controlOf({ choices, type, minimum, maximum }: Facts): OptionField['control'] | undefined {
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === 'string'))
    return { kind: 'choice', choices };
  switch (type) {
    case 'boolean':
      return { kind: 'switch' };
    case 'string':
      return { kind: 'text' };
    case 'number':
    case 'integer':
      return {
        ...{ kind: 'number', isWhole: type === 'integer' },
        ...(typeof minimum === 'number' ? { least: minimum } : {}),
        ...(typeof maximum === 'number' ? { most: maximum } : {}),
      };
    default:
      return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptionValue(value: unknown): value is OptionValue {
  return ['number', 'string', 'boolean'].includes(typeof value);
}
