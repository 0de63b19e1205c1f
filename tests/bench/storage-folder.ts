import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MEMORY = '/dev/shm';
const NEEDED_BYTES = 2 * 1024 ** 3;

export interface StorageFolder {
  readonly folder: string;
  readonly storage: 'memory' | 'disk';
}

/**
 * A fresh folder for every contestant's storage: in memory where the system has room for that, because a slow disk
 * would hold back only the echo object that writes a row, and flatter us.
 */
export async function makeStorageFolder(): Promise<StorageFolder> {
  const inMemory = process.env.TMPDIR === undefined && (await hasRoom(MEMORY));
  const parent = inMemory ? MEMORY : tmpdir();
  return { folder: await mkdtemp(path.join(parent, 'dianyi-bench-')), storage: inMemory ? 'memory' : 'disk' };
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}
