import type { Task } from './schema.ts';

/** Every file and folder that a task names, as it names them. */
export function filesOfTask({ inputs, target, decode, metrics }: Task): readonly string[] {
  const files: (string | undefined)[] = [];
  for (const input of inputs)
    switch (input.from) {
      case 'arrays':
        files.push(input.data.file, input.index?.file);
        break;
      case 'images':
        files.push(input.folder);
        break;
      case 'audio':
        files.push(input.folder, input.data?.file, input.index?.file);
        break;
      case 'tokens':
        files.push(input.data?.file, input.text, input.tokenizer);
        break;
      case 'constant':
        break;
    }
  if (target?.from === 'arrays') files.push(target.data.file);
  if (target?.from === 'folders') files.push(target.classes);
  if (target?.from === 'lines') files.push(target.file);
  files.push(decode?.to === 'text' ? decode.alphabet.file : decode?.names);
  for (const metric of metrics) if (metric.metric === 'bits-per-byte') files.push(metric.tokens.file);
  return files.filter((file) => file !== undefined);
}
