import path from 'node:path';

/** The folder of package.json. */
export const repositoryRoot = path.resolve(import.meta.dirname, '../..');

export const inRepository = (...parts: string[]): string => path.join(repositoryRoot, ...parts);
