import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** A way to make a file smaller and back, as two command lines. */
export interface Contestant {
  readonly name: string;
  readonly version: string;
  compress(input: string, output: string): readonly string[];
  restore(archive: string, output: string): readonly string[];
}

/** What to race. */
export interface Field {
  readonly presets: readonly string[];
  readonly threads: number | undefined;
  /** Also programs other than the file copy and zstd. */
  readonly peers: boolean;
  /** Also settings that take minutes per gigabyte. */
  readonly slow: boolean;
}

/** What the file holds, for programs that have to be told. */
export interface Subject {
  readonly format: string;
  /** The number type of most bytes of its tensors and how wide that is; `undefined` and 0 where it has none. */
  readonly dtype: string | undefined;
  readonly bits: number;
}

interface Inspected {
  readonly files: readonly { readonly format: string }[];
  readonly tensors: readonly {
    readonly dtype: string;
    readonly byteLength: number;
    readonly shape: readonly number[];
  }[];
  /** Those of most bytes first. */
  readonly dtypes: readonly { readonly dtype: string }[];
}

/** What most of a file is, as its header tells it. */
export function subjectOf({ files, tensors, dtypes }: Inspected): Subject {
  const dtype = dtypes[0]?.dtype;
  const one = tensors.find((tensor) => tensor.dtype === dtype && tensor.byteLength > 0);
  const count = one?.shape.reduce((product, extent) => product * extent, 1) ?? 0;
  return { format: files[0]?.format ?? 'bytes', dtype, bits: one ? Math.round((8 * one.byteLength) / count) : 0 };
}

/** How this program starts itself again: the same runtime and entry file, so that it is measured like its peers. */
export interface Self {
  readonly command: readonly string[];
  readonly version: string;
}

/** The contestants that are on this machine, and those that were asked for but are not. */
export function findContestants(
  field: Field,
  self: Self,
  subject: Subject,
): { readonly present: readonly Contestant[]; readonly absent: readonly string[] } {
  const threads = field.threads ?? availableParallelism();
  const wanted = [
    copy(),
    ...field.presets.map((preset) => featherweight(preset, self, field.threads)),
    ...[1, 3].map((level) => zstd(level, threads)),
    ...(field.slow ? [zstd(19, threads)] : []),
    ...(field.peers
      ? [
          fflate(self),
          gzip(threads),
          zipnn(subject, threads),
          openzl(subject),
          ...(field.slow ? [xz(threads), brotli()] : []),
        ]
      : []),
  ];
  const present: Contestant[] = [];
  const absent: string[] = [];
  for (const each of wanted) {
    const version = each.findVersion();
    if (version === undefined) absent.push(each.name);
    else present.push({ ...each, version });
  }
  return { present, absent };
}

interface Candidate extends Omit<Contestant, 'version'> {
  findVersion(): string | undefined;
}

function copy(): Candidate {
  const command = (from: string, to: string): readonly string[] => ['cp', from, to];
  return {
    name: 'file copy',
    findVersion: () => versionOf(['cp', '--version']) ?? 'cp',
    compress: command,
    restore: command,
  };
}

function featherweight(preset: string, self: Self, threads: number | undefined): Candidate {
  const count = threads === undefined ? [] : ['--threads', String(threads)];
  return {
    name: `featherweight ${preset}`,
    findVersion: () => self.version,
    compress: (input, output) => [
      ...self.command,
      'compress',
      input,
      '-o',
      output,
      '--preset',
      preset,
      ...count,
      '--json',
    ],
    restore: (archive, output) => [...self.command, 'restore', archive, '-o', output, ...count, '--json'],
  };
}

function zstd(level: number, threads: number): Candidate {
  const common = ['zstd', '-q', '-f', '-k', `-T${threads}`];
  return {
    name: `zstd -${level}`,
    findVersion: () => versionOf(['zstd', '--version']),
    compress: (input, output) => [...common, `-${level}`, input, '-o', output],
    restore: (archive, output) => [...common, '-d', archive, '-o', output],
  };
}

function xz(threads: number): Candidate {
  return {
    name: 'xz -6',
    findVersion: () => versionOf(['xz', '--version']),
    compress: (input, output) => redirected(['xz', '-6', `-T${threads}`, '-c'], input, output),
    restore: (archive, output) => redirected(['xz', '-d', `-T${threads}`, '-c'], archive, output),
  };
}

function brotli(): Candidate {
  return {
    name: 'brotli -q 9',
    findVersion: () => versionOf(['brotli', '--version']),
    compress: (input, output) => ['brotli', '-q', '9', '-f', '-o', output, input],
    restore: (archive, output) => ['brotli', '-d', '-f', '-o', output, archive],
  };
}

function gzip(threads: number): Candidate {
  const parallel = versionOf(['pigz', '--version']);
  const program = parallel === undefined ? ['gzip'] : ['pigz', '-p', String(threads)];
  return {
    name: parallel === undefined ? 'gzip -6' : 'pigz -6',
    findVersion: () => parallel ?? versionOf(['gzip', '--version']),
    compress: (input, output) => redirected([...program, '-6', '-c'], input, output),
    restore: (archive, output) => redirected([...program, '-d', '-c'], archive, output),
  };
}

function zipnn({ dtype }: Subject, threads: number): Candidate {
  const told = zipnnTypes.get(dtype ?? '') ?? 'bfloat16';
  const python = (call: string, from: string, to: string): readonly string[] => [
    'python3',
    '-c',
    `import sys, zipnn\nz = zipnn.ZipNN(bytearray_dtype="${told}", threads=${threads})\n` +
      `open(sys.argv[2], "wb").write(z.${call}(open(sys.argv[1], "rb").read()))`,
    from,
    to,
  ];
  return {
    name: `zipnn (as ${told})`,
    findVersion: () => versionOf(['python3', '-c', 'import importlib.metadata as m; print(m.version("zipnn"))']),
    compress: (input, output) => python('compress', input, output),
    restore: (archive, output) => python('decompress', archive, output),
  };
}

const zipnnTypes: ReadonlyMap<string, string> = new Map([
  ['BF16', 'bfloat16'],
  ['F16', 'float16'],
  ['F32', 'float32'],
]);

function openzl({ format, bits }: Subject): Candidate {
  // It reads the archives that torch.save writes; of other files it is told how wide their numbers are.
  const profile = format === 'pytorch' ? 'pytorch' : (openzlProfiles.get(bits) ?? 'serial');
  return {
    name: `openzl (${profile})`,
    findVersion: () => versionOf(['zli', '--version']),
    compress: (input, output) => ['zli', 'compress', '--profile', profile, '-f', input, '-o', output],
    restore: (archive, output) => ['zli', 'decompress', '-f', archive, '-o', output],
  };
}

const openzlProfiles: ReadonlyMap<number, string> = new Map([
  [8, 'u8'],
  [16, 'le-u16'],
  [32, 'le-u32'],
  [64, 'le-u64'],
]);

/** Deflate in JavaScript, the baseline of what a page without WebAssembly could do; a hidden command of this program. */
function fflate(self: Self): Candidate {
  return {
    name: 'fflate deflate -6',
    findVersion: () => 'bundled',
    compress: (input, output) => [...self.command, 'fflate', 'compress', input, output],
    restore: (archive, output) => [...self.command, 'fflate', 'restore', archive, output],
  };
}

function redirected(command: readonly string[], from: string, to: string): readonly string[] {
  return ['/bin/sh', '-c', 'from=$1; to=$2; shift 2; exec "$@" < "$from" > "$to"', 'sh', from, to, ...command];
}

/** First line of what `command` prints, or `undefined` where it cannot be run. */
function versionOf([program = '', ...words]: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, words, { encoding: 'utf8', timeout: 20_000 });
  if (status !== 0) return undefined;
  const [line = ''] = stdout.trim().split('\n');
  return line.replaceAll('*', '').trim();
}
