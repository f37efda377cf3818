/** The address of a model's or archive's screen. */
export function modelLink(path: string): string {
  return `/model/${encodeURIComponent(path)}`;
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
