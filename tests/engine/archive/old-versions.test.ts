import { readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DamagedArchiveError, restore } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { readArchive } from '../../support/read-archive.ts';

/** Archives as earlier builds wrote them, of three small tensors; all but the last are of version 1. */
const archives = {
  'an index by the text model':
    'iUZXWg0KGgoBAAAAzQLGaw4oABs64I0xF0vd3GTkk25cHHeAkn4eGApUVpgfMc4wbIvc8Z9olv7cJQQAAwUBAAMFAQBbAVkotS/9YFAAfQIA' +
    '8kQRGMA1By6TSWV9mPZhmPZh2NH/72/t//ffFMcUJEN4NY/+sVqiTXcAiWb4U4DJnMVbLwIyEsrXE3YsMUj/YDCBsdqUrPJxAQCAf6BCFDkB' +
    'Nyi1L/1gUABtAQCwvz69vj49vrw+ADwAPj9AQEBAQEBAQAkAuDD9IVCgqgDIDkgGnMjEFww+cFpQZGEIoUNe+oc7tKRYow8pNISXhKfdWdId' +
    'iMGfTKY+4aPfDXINaJ+zJTZjzq7rmiNQbPXPlEj7/C6KJ4QtgUT6QX636ECgn8+MQtt58cnVN806cl5jGG4QeJwRawGpHQ08QDI1JBCBBYWe' +
    'DRrIIv+bu+TFyvJS3YHhDscRsMg/HEiz0q/tIUNQkB4SlPguh4UYp/CGK4ebOFUPAVhx77NN6DGyXtGAt0JPvYL8lhJ8YtoAAAAAALAAAAAX' +
    'AgAAuO8e+wIA5HZSQkZXWi5lbmQK',
  'a deflated index':
    'iUZXWg0KGgoBAAAAzQLGaw4oABs64I0xF0vd3GTkk25cHHeAkn4eGApUVpgfMc4wbIvc8Z9olv7cJQQAAwUBAAMFAQBbAVkotS/9YFAAfQIA' +
    '8kQRGMA1By6TSWV9mPZhmPZh2NH/72/t//ffFMcUJEN4NY/+sVqiTXcAiWb4U4DJnMVbLwIyEsrXE3YsMUj/YDCBsdqUrPJxAQCAf6BCFDkB' +
    'Nyi1L/1gUABtAQCwvz69vj49vrw+ADwAPj9AQEBAQEBAQAkAuDD9IVCgqgDIDkgGnMjEFww+cFpQZGEIoUNe+oc7tKRYow8pNISXhKfdWdId' +
    'iMGfTKY+4aPfDXINaJ+zJTZjzq7rmiNQbPXPlEj7/C6KJ4QtgUT6QX636ECgn8+MQtt58cnVN82dkkEKwjAQRa8iWSn8SmYSQk/gJUoXUUIt' +
    '1CgaUPHyGmq1Ca0LN5MEsvj/vXlMQT38TZVJg5TWCV3ohG9wt/BmU5w6691luTv6S7A+YPG9RQ39XM3a0AwyctJJ3uHjJqvWt+JSlT8sQaKg' +
    'RBUkMl2QMHrO2fB/ECc6e3fn9dW1zT7C6J/b1sZMtrGtF2O3YqNYYDTHsisyYFmjIlOjUizrRH9UkoclLmNaxDPZiJiTX2vxBNoAAAAAAAQB' +
    'AAAXAgAAIxvPWQEAAJ/hC0ZXWi5lbmQK',
  'an index by zstd':
    'iUZXWg0KGgoBAAAAzQLGaw4oABs64I0xF0vd3GTkk25cHHeAkn4eGApUVpgfMc4wbIvc8Z9olv7cJQQAAwUBAAMFAQBbAVkotS/9YFAAfQIA' +
    '8kQRGMA1By6TSWV9mPZhmPZh2NH/72/t//ffFMcUJEN4NY/+sVqiTXcAiWb4U4DJnMVbLwIyEsrXE3YsMUj/YDCBsdqUrPJxAQCAf6BCFDkB' +
    'Nyi1L/1gUABtAQCwvz69vj49vrw+ADwAPj9AQEBAQEBAQAkAuDD9IVCgqgDIDkgGnMjEFww+cFpQZGEIoUNe+oc7tKRYow8pNISXhKfdWdId' +
    'iMGfTKY+4aPfDXINaJ+zJTZjzq7rmiNQbPXPlEj7/C6KJ4QtgUT6QX636ECgn8+MQtt58cnVN80otS/9YBcBjQkARtE1IUBJVQcAowbLtpJQ' +
    'IVBkLXTTMbuVaVSM6A01oBbyjqIIXCsALQAsAJfc57MM9bwaBANHU8t9ckcFB4l0ENdPSM7IzcvOw3N3fjZel3uUcEKMcClLWZveBZSeCwDa' +
    'cXtGmQRMjuskDNxRK3A/YUUmuhSYcH2tFUvbYoj7bJqJ7AQNAznhAHG0ziV3fdNrhj7V0L5lUKUKmST37VW2+bkexcHu3vtAcpEQBy7KCNP0' +
    '2GQGajNUHWw1z2WR1/cUKxB9xkL0KabGQrbRs8IgEbVyfY9wmV2I0HcjIDBCxVTtAdsVrQ+wAoYNhS1JBjD9eLCh0WTnyy0MoqwBtmSyNiFB' +
    'k4J5hOwA+rEpA1yPYQeOjIksg/XSnSOAQ9wRtpZMB4hmEg+yXoaB6ZsWLXY34DPaAAAAAACMAQAAFwIAAKDEID8AAJc3F/NGV1ouZW5kCg==',
};
/** Of version 2: two tensors as differences to those of the others. */
const tuned =
  'iUZXWg0KGgoCAAAAI61zeQ4aAKFRF5xtvuSU9yBFowK5MH0RwQ5hy4XIeCchAHQBcii1L/1gQARFAwA0AwCA/wEAAD+ADx8f/gMPPgA/fg+A' +
  'AD4f/A98f/gBD/AAH4A6DwgAPwQPHwIPAP8fP38fACioQKzX0EOhzRH8RzRPaIT/cNwNTaGG4QQoEPDfFDx2G3hUUsBSsp0Nmvz/T6DZA1ZI' +
  'AXCZD5aK+0DW8x4gdYH7LoLtUH5tbjkId/VdVUus8QSOSeaCXXvOAaTWO7SkWKMPKTSEl4Sn3VnSHYjBn0ymPuGj3w1yDWifsyWUJotEQLUl' +
  '70sA9mG2NkTBIZZ127iLzrfG5i8UyXZmU0LbefHJ1TfNNuAmIm09ehBxjfpAHCvf4SsLWx999DLuk2HJCGQUOupY4ao6VzHzCSSp//vi0yWe' +
  'PuKjjrHybNpNMS6wVpiCXh5U6zhDgGiKYx8SYLY2uo+SE4f2IxzX7QKwnhaAyKQmMlSjAAAAAADTAAAAPwIAAAOuv/cCALU8STBGV1ouZW5k' +
  'Cg==';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const original = '3bb4a458a30f2934849784a7dd59d21d88c19f4ca63ee1a3df0d720d689fb325';
const tunedOriginal = '1e207581fb2e82ed507e6d6e390877f55d554bacf1048e49e6825d7bce01a4d6';

test.each(Object.entries(archives))('an archive of version 1 with %s comes back', async (_, archive) => {
  const files = await readArchive(Buffer.from(archive, 'base64'));
  expect([...files].map(([name, bytes]) => [name, sha256(bytes)])).toEqual([['m.safetensors', original]]);
});

test('flipped bits of one are found', async () => {
  const bytes = Buffer.from(archives['an index by the text model'], 'base64');
  for (let bit = 0; bit < 8 * bytes.length; bit += 7) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    await expect(readArchive(bytes), `bit ${bit}`).rejects.toThrow(DamagedArchiveError);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
});

test('an archive of version 2 comes back with its base', async () => {
  const folder = await folderWith({ 'tuned.fwz': Buffer.from(tuned, 'base64') });
  const files = await readArchive(Buffer.from(archives['an index by the text model'], 'base64'));
  await writeFile(join(folder, 'm.safetensors'), files.get('m.safetensors') ?? '');
  const output = join(folder, 'tuned.safetensors');
  await finish(restore({ archive: join(folder, 'tuned.fwz'), output }, context()));
  expect(sha256(await readFile(output))).toBe(tunedOriginal);
});
