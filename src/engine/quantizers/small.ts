import { z } from 'zod';

/** For methods with few bits: small tensors cost little, and are often where errors spread furthest. */
export const smallOption = z.int().min(0).max(10_000_000).default(16_384).meta({
  title: 'Small tensors',
  description: 'Tensors of up to so many weights are told finely, as if they were sensitive; 0 treats all the same.',
});
