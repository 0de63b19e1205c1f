/**
 * The arrows between the rooms of docs/architecture.md. `npm run check` keeps them.
 * Types count like values: whoever needs a type from a room depends on that room.
 */

const TESTS = '\\.test\\.ts$|\\.test-support\\.ts$|^tests/';

/** A rule that lets `from` reach only `allowed` among the project's own files. */
const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: { pathNot: [...allowed, '(^|/)node_modules/'], dependencyTypesNot: ['core'] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one thought in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { couldNotResolve: true, pathNot: '^cloudflare:' },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules need nothing but rules: no room, no package, no Node module.',
      severity: 'error',
      from: { path: '^domain/', pathNot: TESTS },
      to: { pathNot: '^domain/' },
    },
    only('protocols-know-no-business', 'Wire formats know units and nothing else.', '^protocols/', [
      '^protocols/',
      '^domain/units\\.ts$',
    ]),
    only('database-knows-domain-types', 'Tables name domain types, nothing above them.', '^database/', [
      '^database/',
      '^domain/',
    ]),
    only(
      'objects-stand-on-rules',
      'A charger or cabinet knows rules and wire formats.',
      '^durable-objects/',
      ['^durable-objects/', '^domain/', '^protocols/', '^cloudflare:'],
    ),
    only('workers-stand-on-the-floors-below', 'Workers reach down, never sideways out.', '^workers/', [
      '^workers/',
      '^durable-objects/',
      '^domain/',
      '^protocols/',
      '^database/',
      '^cloudflare:',
    ]),
    {
      name: 'capabilities-meet-at-their-doors',
      comment: 'workers/<a> reaches workers/<b> through its services, queries, events or scope only.',
      severity: 'error',
      from: { path: '^workers/([^/]+)/', pathNot: TESTS },
      to: {
        path: '^workers/[^/]+/',
        pathNot: [
          '^workers/$1/',
          '^workers/middleware/',
          'service\\.ts$',
          '^workers/queues/messages\\.ts$',
          'queries\\.ts$',
          '/events\\.ts$',
          '/scope\\.ts$',
        ],
      },
    },
    {
      name: 'wiring-is-not-imported',
      comment: 'index.ts and app.ts put the rooms together; no room leans on them.',
      severity: 'error',
      from: { path: '^(workers/[^/]+/|durable-objects/|domain/|protocols/|database/)', pathNot: TESTS },
      to: { path: '^workers/(index|app)\\.ts$' },
    },
    only(
      'simulators-are-strangers',
      'A peer that shares our reading of a standard proves nothing.',
      '^simulators/',
      ['^simulators/'],
    ),
    only('the-console-is-a-client', 'It speaks to the API, not to the sources behind it.', '^admin-pages/', [
      '^admin-pages/',
    ]),
    {
      name: 'tests-stay-out-of-the-product',
      comment: 'What ships does not import what tests it.',
      severity: 'error',
      from: { pathNot: [TESTS, '^simulators/', '^scripts/', '\\.config\\.ts$'] },
      to: { path: TESTS },
    },
    {
      name: 'scripts-stay-out-of-the-product',
      comment: 'Commands use the product, not the other way round.',
      severity: 'error',
      from: { path: '^(workers|durable-objects|domain|protocols|database|simulators)/', pathNot: TESTS },
      to: { path: '^scripts/' },
    },
  ],
  options: {
    parser: 'swc',
    // Types count: with swc every import is seen before types are erased.
    tsPreCompilationDeps: true,
    exclude: { path: '(^|/)(dist|generated|\\.build|\\.wrangler)/' },
    doNotFollow: { path: '(^|/)node_modules/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['workerd', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.d.ts'],
    },
  },
};
