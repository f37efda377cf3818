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

/** The rules of a recipe as a person wrote them: edits first, then patterns of what is left alone, then any others. */
export interface Wishes {
  readonly edits: Edits;
  readonly skipped: string;
  readonly others: Rules;
}

/** The inverse of {@link rulesOf} and {@link skipRules}, one behind the other; rules keep their order, which decides. */
export function wishesOf(rules: Rules): Wishes {
  const edited = whileTrue(rules, isEdit);
  const skipped = whileTrue(rules.slice(edited.length), isSkip);
  const edits = edited.flatMap(({ models = [], action, preset }) =>
    models.map((id): [string, Edit] => [id, { ...(action && { action }), ...(preset && { preset }) }]),
  );
  return {
    edits: new Map(edits),
    skipped: skipped.map(({ match = '**' }) => match).join('\n'),
    others: rules.slice(edited.length + skipped.length),
  };
}

type Rule = Rules[number];

function isEdit(rule: Rule): boolean {
  return rule.models !== undefined && Object.keys(rule).every((key) => ['models', 'action', 'preset'].includes(key));
}

function isSkip(rule: Rule): boolean {
  return rule.match !== undefined && rule.action === 'skip' && Object.keys(rule).length === 2;
}

function whileTrue(rules: Rules, fits: (rule: Rule) => boolean): Rules {
  const end = rules.findIndex((rule) => !fits(rule));
  return end < 0 ? rules : rules.slice(0, end);
}
