import type { Fields } from '../fields.ts';

/** A vector of a FlatBuffer: where its first element is, and how many there are. */
export interface Vector {
  readonly start: number;
  readonly count: number;
}

/** A table of a FlatBuffer; its fields are found by their number in the schema. */
export interface Table {
  /** Where the field with this number stands, or `undefined` if the table leaves it out. */
  place(field: number): number | undefined;
}

const longestVtable = 0xffff;

/** The root table of the FlatBuffer that begins the file. */
export async function rootTable(fields: Fields): Promise<Table> {
  return tableAt(fields, await follow(fields, 0, 'the root table'), 'the root table');
}

/** The table at `at`. Throws MalformedFileError where its vtable leaves the file or a field leaves the table. */
export async function tableAt(fields: Fields, at: number, what: string): Promise<Table> {
  const vtable = at - (await fields.i32(at, what));
  const vtableBytes = await fields.unsigned(vtable, 2, `the vtable of ${what}`);
  const tableBytes = await fields.unsigned(vtable + 2, 2, `the vtable of ${what}`);
  if (vtableBytes < 4 || vtableBytes % 2 !== 0 || vtableBytes > longestVtable || tableBytes < 4)
    fields.fail(`the vtable of ${what} has ${vtableBytes} bytes and its table ${tableBytes}; it stands`, vtable);
  const entries = (await fields.bytes(vtable, vtableBytes, `the vtable of ${what}`)).slice();
  const view = new DataView(entries.buffer);
  return {
    place(field) {
      const entry = 4 + 2 * field;
      const offset = entry < vtableBytes ? view.getUint16(entry, true) : 0;
      if (offset >= tableBytes) fields.fail(`field ${field} of ${what} leaves its table`, at);
      return offset === 0 ? undefined : at + offset;
    },
  };
}

/** The place that the unsigned offset at `at` points to. */
export async function follow(fields: Fields, at: number, what: string): Promise<number> {
  const target = at + (await fields.unsigned(at, 4, what));
  if (target >= fields.size) fields.fail(`${what} is said to be at byte ${target}, outside the file; it is named`, at);
  return target;
}

/** The vector in a field, empty where the field is left out. Throws MalformedFileError if it leaves the file. */
export async function vectorAt(
  fields: Fields,
  place: number | undefined,
  elementBytes: number,
  what: string,
): Promise<Vector> {
  if (place === undefined) return { start: 0, count: 0 };
  const at = await follow(fields, place, what);
  const count = await fields.unsigned(at, 4, what);
  const start = at + 4;
  if (count * elementBytes > fields.size - start)
    fields.fail(
      `${what} is said to have ${count} × ${elementBytes} bytes, but the file ends ${fields.size - start} bytes later; it stands`,
      at,
    );
  return { start, count };
}

/** The text in a field, empty where the field is left out. */
export async function textAt(fields: Fields, place: number | undefined, what: string): Promise<string> {
  const { start, count } = await vectorAt(fields, place, 1, what);
  return fields.text(start, count, what);
}
