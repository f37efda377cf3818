/** What SQL's `like` takes, with `\` as its escape, for "holds this text". */
export function holding(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
