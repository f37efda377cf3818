/** Control, format and direction marks, which would hide or turn what a name says. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** A name from a file with all that cannot be seen written as `\u{…}`. */
export function visibleText(name: string): string {
  return name.replace(unseen, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The last part of a path of either system. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** A path beside another: the same folder and separator, another last part. */
export function beside(path: string, name: string): string {
  return path.slice(0, path.length - fileName(path).length) + name;
}
