/**
 * Compiles the OCPP JSON schemas of `typed-ocpp` to plain functions, because workerd refuses the
 * `new Function` that AJV needs at run time. Output: `protocols/ocpp/generated/<version>-validators.js`
 * and its `.d.ts`. Does nothing when the output was made by this script from the same packages.
 *
 * A further protocol version is one more entry in `TARGETS`.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

interface Target {
  /** Names the output file and the exported table: `ocpp16` → `ocpp16Validators`. */
  readonly version: string;
  /**
   * The module holding the schemas. The package's entry point is avoided on purpose: importing it
   * compiles every schema of every version.
   */
  readonly schemas: string;
}

type Schema = Readonly<Record<string, unknown>>;

const TARGETS: readonly Target[] = [{ version: 'ocpp16', schemas: 'typed-ocpp/dist/ocpp16/schemas.js' }];
const INPUT_PACKAGES = ['typed-ocpp', 'ajv', 'ajv-formats', 'esbuild'] as const;
const FORMATS_MODULE = 'ocpp-formats';

const script = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(script), '..');
const outputFolder = path.join(root, 'protocols/ocpp/generated');
const require = createRequire(script);

/** Identifies everything the output depends on; it becomes the output's first line. */
async function inputStamp(): Promise<string> {
  const versions = await Promise.all(
    INPUT_PACKAGES.map(async (name) => {
      const manifest: { version: string } = JSON.parse(
        await readFile(path.join(root, 'node_modules', name, 'package.json'), 'utf8'),
      );
      return `${name}@${manifest.version}`;
    }),
  );
  const source = createHash('sha256')
    .update(await readFile(script))
    .digest('hex')
    .slice(0, 12);
  return `// Generated from ${versions.join(' ')} script@${source}. Do not edit.`;
}

async function firstLine(file: string): Promise<string | null> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file);
  } catch {
    return null;
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? null;
  } finally {
    await handle.close();
  }
}

/** Keeps of a schema's `definitions` only what the schema reaches; every file carries all of them. */
function withoutUnreachableDefinitions(schema: Schema): Schema {
  const definitions = (schema.definitions ?? {}) as Readonly<Record<string, Schema>>;
  const reached: Record<string, Schema> = {};
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'definitions') continue;
      if (key !== '$ref' || typeof value !== 'string') {
        visit(value);
        continue;
      }
      const name = value.replace('#/definitions/', '');
      const definition = definitions[name];
      if (definition === undefined || name in reached) continue;
      reached[name] = definition;
      visit(definition);
    }
  };
  visit(schema);
  return { ...schema, definitions: reached };
}

function actionsOf(schemas: ReadonlyMap<string, Schema>): readonly string[] {
  const actions: string[] = [];
  for (const name of schemas.keys()) {
    if (!name.endsWith('Request')) continue;
    const action = name.slice(0, -'Request'.length);
    if (schemas.has(`${action}Response`)) actions.push(action);
  }
  return actions.sort();
}

async function compile(target: Target): Promise<string> {
  const [{ Ajv, _ }, { default: standalone }, { default: formats }, { build }] = await Promise.all([
    import('ajv'),
    import('ajv/dist/standalone/index.js'),
    import('ajv-formats/dist/formats.js'),
    import('esbuild'),
  ]);
  const module: Record<string, Schema> = await import(target.schemas);
  const schemas = new Map(Object.entries(module));

  const ajv = new Ajv({
    // The standard's files put `additionalProperties` on strings; they are taken as they are.
    strict: false,
    // 8.1 must count as a multiple of 0.1, which binary floating point denies.
    multipleOfPrecision: 6,
    code: { source: true, esm: true, lines: true, formats: _`require(${FORMATS_MODULE})` },
    formats: { 'date-time': formats.fullFormats['iso-date-time'], uri: formats.fullFormats.uri },
  });
  const exported: Record<string, string> = {};
  for (const [name, schema] of schemas) {
    ajv.addSchema(withoutUnreachableDefinitions(schema), name);
    exported[name] = name;
  }
  const table = actionsOf(schemas).map(
    (action) => `  ['${action}', { request: ${action}Request, response: ${action}Response }],`,
  );
  const source = [
    standalone(ajv, exported).replaceAll(/^export const /gm, 'const '),
    `export const ${target.version}Validators = new Map([`,
    ...table,
    ']);',
  ].join('\n');

  const bundled = await build({
    stdin: { contents: source, resolveDir: root, sourcefile: `${target.version}-schemas.js` },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    plugins: [
      {
        name: FORMATS_MODULE,
        setup({ onResolve, onLoad }) {
          onResolve({ filter: new RegExp(`^${FORMATS_MODULE}$`) }, ({ path: name }) => ({
            path: name,
            namespace: FORMATS_MODULE,
          }));
          // OCPP asks for ISO 8601, not RFC 3339: a time without a zone is legal (and common), so
          // `date-time` takes the ISO rule. `readTimestamp` reads the same set of spellings.
          onLoad({ filter: /.*/, namespace: FORMATS_MODULE }, () => ({
            contents: `const { fullFormats } = require(${JSON.stringify(require.resolve('ajv-formats/dist/formats.js'))});
              exports['date-time'] = fullFormats['iso-date-time'];
              exports.uri = fullFormats.uri;`,
            resolveDir: root,
          }));
        },
      },
    ],
  });
  const text = bundled.outputFiles[0]?.text;
  if (text === undefined) throw new Error(`No output for ${target.version}`);
  const imports = Object.values(bundled.metafile.outputs).flatMap((output) => output.imports);
  if (imports.length > 0 || text.includes('new Function')) {
    throw new Error(`${target.version} validators are not self-contained`);
  }
  return text;
}

function declarations(target: Target): string {
  return `import type { ActionValidators } from '../schema-violation.ts';

/** Action → the validators of its request and its response. */
export declare const ${target.version}Validators: ReadonlyMap<string, ActionValidators>;
`;
}

const stamp = await inputStamp();
for (const target of TARGETS) {
  const output = path.join(outputFolder, `${target.version}-validators.js`);
  if ((await firstLine(output)) === stamp) continue;
  const started = performance.now();
  const code = await compile(target);
  await mkdir(outputFolder, { recursive: true });
  await writeFile(output.replace(/\.js$/, '.d.ts'), declarations(target));
  await writeFile(output, `${stamp}\n${code}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${path.relative(root, output)}: ${Math.round(code.length / 1024)} KB in ${seconds} s`);
}
