/** A failure that is told to whoever ran the command as it is; no stack trace would help. */
export class PlainFailure extends Error {}
