/** The address of a model's or archive's screen. */
export function modelLink(path: string): string {
  return `/model/${encodeURIComponent(path)}`;
}

/** The address of the screen that looks for the best model of a size. */
export function fitLink(path: string): string {
  return `/fit/${encodeURIComponent(path)}`;
}

/** The address of a folder's listing. */
export function browseLink(path: string): string {
  return `/browse/${encodeURIComponent(path)}`;
}

/** The path in an address, which the router hands over as it stands; what was typed wrongly stays as it is. */
export function linkedPath(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** The address of a comparison. */
export function compareLink(ids: readonly string[]): string {
  return ids.length === 0 ? '/compare' : `/compare/${ids.map(encodeURIComponent).join(',')}`;
}

/** The results that an address of a comparison names, each once. */
export function linkedIds(encoded: string | undefined): readonly string[] {
  const ids = encoded
    ?.split(',')
    .map(linkedPath)
    .filter((id) => id !== '');
  return [...new Set(ids)];
}

/** The address of the choice of a form to export a model in. */
export function exportLink(path: string): string {
  return `/export/${encodeURIComponent(path)}`;
}

/** The address of the form that measures accuracy, with what is known of the two models. */
export function accuracyLink(models: {
  readonly original?: string | undefined;
  readonly candidate?: string | undefined;
}): string {
  const { original = '', candidate = '' } = models;
  return `/accuracy/${encodeURIComponent(original) || '-'}/${encodeURIComponent(candidate)}`;
}

/** The path in a part of such an address; empty where there is none. */
export function linkedModel(encoded: string | undefined): string {
  return encoded === undefined || encoded === '-' ? '' : linkedPath(encoded);
}

/** The address of all that was measured against one original, by its sha256. */
export function candidatesLink(original: string): string {
  return `/candidates/${original}`;
}
