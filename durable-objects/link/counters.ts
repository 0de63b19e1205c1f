/** What this isolate has spent since it started, in the units the platform bills. Read by benches and tests. */
export const counters = {
  objectRequests: 0,
  objectRowsWritten: 0,
  d1Statements: 0,
  d1RoundTrips: 0,
  d1RowsRead: 0,
  d1RowsWritten: 0,
  queueMessages: 0,
};

export type Counters = typeof counters;
