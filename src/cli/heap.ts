import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 look for objects that are gone sooner, which costs no time that can be measured. Left alone it lets new objects take
 * 134 MB where many of them stay, as the tables of 100,000 tensors do, and all objects four times what is needed: a memory budget
 * of 256 MiB would be passed by that alone. Only for Node, which reads these flags whenever it makes room; a process with
 * frozen flags would crash.
 */
export function keepHeapSmall(): void {
  // New objects have the 2 MB that they begin with, and a heap may grow by half until it is looked through again.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}
