import type { Preset } from '../../../contract/jobs.ts';
import type { ZooRecipe } from '../../../contract/zoo.ts';

/** What a person wants otherwise than the plan says. */
export interface Edit {
  readonly action?: 'skip' | 'alone';
  readonly preset?: Preset;
}

/** By the id of a model. */
export type Edits = ReadonlyMap<string, Edit>;

/** Nothing is wanted otherwise. */
export const noEdits: Edits = new Map();

type Rules = NonNullable<ZooRecipe['rules']>;

/** The edits with one more for some models; nothing: as the plan says. */
export function withEdit(edits: Edits, ids: readonly string[], edit: Edit | undefined): Edits {
  const changed = new Map(edits);
  for (const id of ids) {
    if (edit === undefined) changed.delete(id);
    else changed.set(id, { ...changed.get(id), ...edit });
  }
  return changed;
}

/** The rules that say the same, one for all models that are treated alike. */
export function rulesOf(edits: Edits): Rules {
  const alike = Map.groupBy([...edits], ([, { action = '', preset = '' }]) => `${action} ${preset}`);
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ models: group.map(([id]) => id), ...first[1] }];
  });
}

/** Patterns, one a line, of what is left alone. */
export function skipRules(lines: string): Rules {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((match) => ({ match, action: 'skip' as const }));
}
