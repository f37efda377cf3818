import { MalformedFileError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import type { FileLayout, Format } from '../format.ts';

const firstWords = 'version https://git-lfs.github.com/spec/';
const endBytes = 1024;

/** What stands in a checkout for a file that Git LFS, or Hugging Face's Xet, has not fetched. */
export const gitLfs: Format = {
  id: 'git-lfs',
  title: 'Git LFS pointer',
  extensions: [],
  detect: (head) => Buffer.from(head.subarray(0, firstWords.length)).toString('latin1') === firstWords,
  scan,
};

async function scan(source: ByteSource): Promise<FileLayout> {
  if (source.size >= endBytes)
    throw new MalformedFileError(
      `"${source.name}" begins like a pointer of Git LFS, but has ${source.size} bytes, where one has less than ${endBytes}.`,
      { file: source.name, found: source.size, allowed: endBytes - 1 },
    );
  const text = new Uint8Array(source.size);
  await source.read(0, text);
  const metadata = Object.fromEntries(
    Buffer.from(text)
      .toString('utf8')
      .split('\n')
      .map((line) => /^(oid|size) (.*)$/.exec(line))
      .flatMap((match) => (match ? [[match[1], match[2]]] : [])),
  ) as Readonly<Record<string, string>>;
  const { oid = '', size = '' } = metadata;
  if (!/^sha256:[0-9a-f]{64}$/.test(oid) || !/^\d{1,15}$/.test(size))
    throw new MalformedFileError(
      `"${source.name}" is a pointer of Git LFS without an oid of sha256, or a size that is a whole number.`,
      { file: source.name, found: `oid ${oid}, size ${size}` },
    );
  const message = `"${source.name}" is a pointer of Git LFS: the ${size} bytes that it stands for are not here ("git lfs pull" fetches them).`;
  return { format: gitLfs.id, tensors: [], metadata, notices: [{ message }] };
}
