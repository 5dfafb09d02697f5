// Where things are, and how often each of them is done.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const RELEASE = join(ROOT, 'target/release');
export const ROUNDS = Number(process.env.HALLMARK_BENCH_ROUNDS ?? 10);
