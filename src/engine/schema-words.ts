import { z } from 'zod';

const mostNamed = 5;
const mostCharacters = 60;

/**
 * What a schema says of a fault in a file that a person wrote, to be given to its `safeParse` as `error`: of an unknown field which
 * ones there are, and of other faults what was found beside what is allowed.
 */
export const schemaWords: z.core.$ZodErrorMap = (issue) => {
  const { code, input, inst } = issue;
  if (code === 'unrecognized_keys') {
    const unknown = issue.keys.slice(0, mostNamed).map(quoted).join(', ');
    const known = inst instanceof z.ZodObject ? Object.keys(inst.shape).map(quoted).join(', ') : '';
    return `found the unknown ${issue.keys.length === 1 ? 'field' : 'fields'} ${unknown}; allowed here: ${known}`;
  }
  if (code === 'invalid_value') return `found ${quoted(input)}; allowed: ${issue.values.map(quoted).join(', ')}`;
  if (code === 'invalid_union' && typeof issue.discriminator === 'string' && Array.isArray(issue.options)) {
    const found = (input as Readonly<Record<string, unknown>>)[issue.discriminator];
    return `found ${quoted(found)}; allowed: ${issue.options.map(quoted).join(', ')}`;
  }
  // What may be one of several says why it is none of them.
  if (code === 'invalid_union' && issue.errors.length > 0) return issue.errors.map(faultsOf).join(', or ');
  const isOutside = code === 'too_big' || code === 'too_small';
  return isOutside && typeof input === 'number' ? `${usualWords(issue)}, found ${input}` : undefined;
};

function faultsOf(issues: readonly z.core.$ZodIssue[]): string {
  return issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ');
}

function usualWords(issue: z.core.$ZodRawIssue): string {
  const words = z.config().localeError?.(issue);
  return typeof words === 'string' ? words : (words?.message ?? 'Invalid input');
}

/** A value as JSON, cut off where it is long; `nothing` where it is absent. */
function quoted(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) as string | undefined);
  if (text === undefined) return 'nothing';
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters).toWellFormed()}…` : text;
}
