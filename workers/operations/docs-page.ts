import { html, raw } from 'hono/html';
import { ERROR_CODES } from '../../domain/errors.ts';
import { ERROR_CATALOGUE } from '../middleware/error-catalogue.ts';
import {
  fieldsOf,
  meaningOf,
  type NamedSchemas,
  type ShownField,
  type ShownSchema,
  typeText,
} from './docs-schema.ts';
import { DOCS_STYLE } from './docs-style.ts';
import { ABOUT, type Language, TAG_NAMES, WORDS } from './docs-texts.ts';

type Html = ReturnType<typeof html>;

interface Content {
  readonly schema?: ShownSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>;
}

interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, Content>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: ShownSchema;
}

export interface ShownOperation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses?: Readonly<Record<string, Answer>>;
  readonly 'x-permission'?: string;
}

/** As much of an OpenAPI document as the page shows. */
export interface ShownDocument {
  readonly info: { readonly version: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, ShownOperation>>>>;
  readonly components?: { readonly schemas?: NamedSchemas };
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: ShownOperation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Every operation of the document, in its order. */
export function routesOf(document: ShownDocument): Route[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

/** The whole API on one page that loads nothing else and runs no script. */
export function docsPage(document: ShownDocument, language: Language): Html {
  const about = ABOUT[language];
  const words = WORDS[language];
  const schemas = document.components?.schemas ?? {};
  const groups = Object.entries(
    Object.groupBy(routesOf(document), ({ operation }) => operation.tags?.[0] ?? words.other),
  );
  const nameOf = (tag: string) => (language === 'zh' ? (TAG_NAMES[tag] ?? tag) : tag);
  return html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${about.title}</title>
<style>${raw(DOCS_STYLE)}</style>
</head>
<body>
<header>
<nav><a href="?lang=zh" lang="zh-CN">中文</a><a href="?lang=en" lang="en">English</a></nav>
<h1>${about.title} <small>${document.info.version}</small></h1>
<p>${about.intro} <a href="/openapi.json">${words.document}</a></p>
<ul>${about.rules.map((rule) => html`<li>${rule}</li>`)}</ul>
</header>
<nav class="contents" aria-label="${words.contents}"><ul>
${groups.map(([tag]) => html`<li><a href="#${anchor(tag)}">${nameOf(tag)}</a></li>`)}
<li><a href="#schemas">${words.schemas}</a></li>
</ul></nav>
<main>
${groups.map(
  ([tag, routes = []]) => html`<section id="${anchor(tag)}">
<h2>${nameOf(tag)}</h2>
${routes.map((route) => operationPart(route, schemas, language))}
</section>`,
)}
<section id="schemas">
<h2>${words.schemas}</h2>
${Object.entries(schemas).map(
  ([
    name,
    schema,
  ]) => html`<details id="schema-${name}"><summary><code>${name}</code><span class="said">${schema.description ?? ''}</span></summary>
<div>${schemaPart(schema, schemas, language)}</div></details>`,
)}
</section>
</main>
</body>
</html>`;
}

const anchor = (tag: string): string => `tag-${tag.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`;

function operationPart({ method, path, operation }: Route, schemas: NamedSchemas, language: Language): Html {
  const words = WORDS[language];
  const permission = operation['x-permission'];
  const answers = Object.entries(operation.responses ?? {});
  const body = Object.values(operation.requestBody?.content ?? {})[0];
  return html`<details id="${method}-${path}">
<summary><span class="method ${method}">${method}</span><code>${path}</code>
<span class="said">${operation.summary ?? ''}</span>
<span class="permission" title="${words.permission}">${permission === 'public' ? words.public : permission}</span></summary>
<div>
${operation.description === undefined ? '' : html`<p>${prose(operation.description)}</p>`}
${parametersPart(operation.parameters ?? [], language)}
${
  body === undefined
    ? ''
    : html`<h3>${words.body}</h3>${body.schema === undefined ? '' : schemaPart(body.schema, schemas, language)}
<h3>${words.request}</h3>${examplePart(body)}`
}
${answers
  .filter(([status]) => Number(status) < 400)
  .map(([status, answer]) => successPart(status, answer, schemas, language))}
${errorsPart(answers, language)}
</div></details>`;
}

function parametersPart(parameters: readonly Parameter[], language: Language): Html | '' {
  if (parameters.length === 0) return '';
  const words = WORDS[language];
  return html`<h3>${words.parameters}</h3><div class="table"><table>
<tr><th>${words.name}</th><th>${words.place}</th><th>${words.type}</th><th>${words.required}</th><th>${words.meaning}</th></tr>
${parameters.map(
  (parameter) => html`<tr><td><code>${parameter.name}</code></td><td>${parameter.in}</td>
<td><code>${typeText(parameter.schema ?? {})}</code></td><td>${tick(parameter.required ?? false)}</td>
<td>${meaningOf({ ...parameter.schema, ...(parameter.description === undefined ? {} : { description: parameter.description }) })}</td></tr>`,
)}
</table></div>`;
}

function successPart(status: string, answer: Answer, schemas: NamedSchemas, language: Language): Html {
  const contents = Object.entries(answer.content ?? {});
  return html`<h3>${WORDS[language].answer} ${status} · ${answer.description}</h3>
${contents.map(([type, content]) =>
  type.includes('json')
    ? html`${content.schema === undefined ? '' : schemaPart(content.schema, schemas, language)}${examplePart(content)}`
    : html`<p><code>${type}</code></p>`,
)}`;
}

function schemaPart(schema: ShownSchema, schemas: NamedSchemas, language: Language): Html {
  const fields = fieldsOf(schema, schemas);
  return fields.length === 0
    ? html`<p><code>${typeText(schema)}</code></p>`
    : fieldsPart(fields, schemas, language);
}

function fieldsPart(fields: readonly ShownField[], schemas: NamedSchemas, language: Language): Html {
  const words = WORDS[language];
  return html`<div class="table"><table>
<tr><th>${words.name}</th><th>${words.type}</th><th>${words.required}</th><th>${words.meaning}</th></tr>
${fields.map(
  ({ name, type, required, meaning }) => html`<tr><td><code>${name}</code></td>
<td>${typePart(type, schemas)}</td><td>${tick(required)}</td><td>${prose(meaning)}</td></tr>`,
)}
</table></div>`;
}

/** A type that is, or is a list of, a named schema leads there. */
function typePart(type: string, schemas: NamedSchemas): Html {
  const name = type.replace(/(\[\]| \| null)+$/, '');
  return name in schemas
    ? html`<a href="#schema-${name}"><code>${type}</code></a>`
    : html`<code>${type}</code>`;
}

function errorsPart(answers: readonly [string, Answer][], language: Language): Html | '' {
  const rows = answers.flatMap(([status, answer]) =>
    Object.values(answer.content ?? {}).flatMap(({ examples = {} }) =>
      ERROR_CODES.filter((code) => code in examples).map((code) => ({
        status,
        code,
        text: ERROR_CATALOGUE[code][language],
      })),
    ),
  );
  if (rows.length === 0) return '';
  const words = WORDS[language];
  return html`<h3>${words.errors}</h3><div class="table"><table>
<tr><th>${words.status}</th><th>code</th><th>${words.meaning}</th></tr>
${rows.map(({ status, code, text }) => html`<tr><td>${status}</td><td><code>${code}</code></td><td>${text}</td></tr>`)}
</table></div>`;
}

function examplePart({ example, examples }: Content): Html {
  const shown = example ?? Object.values(examples ?? {})[0]?.value;
  return html`<pre>${JSON.stringify(shown, null, 2)}</pre>`;
}

/** A description, with what stands between backticks as code. */
const prose = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

const tick = (yes: boolean): string => (yes ? '✓' : '');
