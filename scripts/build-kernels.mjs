// Compiles every `kernel.as.ts` (AssemblyScript) to a WebAssembly module and writes it as base64 into
// src/engine/kernels/generated/<folder>.wasm.ts: a form that loads the same way from source, bundle and worker thread.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const target = 'src/engine/kernels/generated';
const flags = [
  '-O3',
  '--runtime',
  'stub',
  '--bindings',
  'none',
  '--noAssert',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--enable',
  'bulk-memory',
  '--use',
  'abort=',
];

mkdirSync(target, { recursive: true });
for (const source of find('src/engine/**/kernel.as.ts')) {
  const name = basename(dirname(source));
  const texts = [...find('src/engine/kernels/*.as.ts'), ...find(`${dirname(source)}/*.as.ts`)].map((path) =>
    readFileSync(path),
  );
  const stamp = createHash('sha256').update(flags.join(' ')).update(Buffer.concat(texts)).digest('hex');
  const file = join(target, `${name}.wasm.ts`);
  if (existsSync(file) && readFileSync(file, 'utf8').includes(stamp)) continue;
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr, binary } = await compile(asc, source);
  if (error) {
    console.error(stderr);
    process.exit(1);
  }
  writeFileSync(
    file,
    `// Compiled from ${source}; ${stamp}\nexport default '${Buffer.from(binary).toString('base64')}';\n`,
  );
  console.error(`kernel ${name}: ${binary.length} bytes`);
}

function find(pattern) {
  if (globSync)
    return globSync(pattern)
      .map((path) => path.replaceAll('\\', '/'))
      .sort();
  throw new Error('Node 22 or newer is needed; use `npm run kernels`.');
}

async function compile(asc, source) {
  let binary;
  const result = await asc.main([source, '--outFile', 'kernel.wasm', ...flags], {
    writeFile(name, contents) {
      if (name === 'kernel.wasm') binary = contents;
    },
  });
  return { ...result, stderr: result.stderr.toString(), binary };
}
