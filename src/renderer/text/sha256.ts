/** The one sha256 in a text, such as a line of a `sha256sum` file, in small letters; nothing where there is none or more than one. */
export function findSha256(text: string): string | undefined {
  const found = new Set(text.match(/(?<![\da-f])[\da-f]{64}(?![\da-f])/gi)?.map((hash) => hash.toLowerCase()));
  const [only] = found;
  return found.size === 1 ? only : undefined;
}
