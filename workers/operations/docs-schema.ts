/** As much of a JSON Schema as the documentation page shows. */
export interface ShownSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: ShownSchema;
  readonly properties?: Readonly<Record<string, ShownSchema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly ShownSchema[];
  readonly anyOf?: readonly ShownSchema[];
  readonly oneOf?: readonly ShownSchema[];
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
}

export type NamedSchemas = Readonly<Record<string, ShownSchema>>;

export interface ShownField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly meaning: string;
}

/** `RiderRecord` of `#/components/schemas/RiderRecord`. */
export const referredName = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** The fields of an object's schema, with those of what it extends; none for anything that is no object. */
export function fieldsOf(schema: ShownSchema, named: NamedSchemas): ShownField[] {
  if (schema.$ref !== undefined) {
    const target = named[referredName(schema.$ref)];
    return target === undefined ? [] : fieldsOf(target, named);
  }
  const inherited = (schema.allOf ?? []).flatMap((part) => fieldsOf(part, named));
  const own = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeText(property),
    required: schema.required?.includes(name) ?? false,
    meaning: meaningOf(property),
  }));
  return [...inherited, ...own];
}

/** A type in one line: `string`, `Site[]`, `"open" | "closed"`, `integer | null`. */
export function typeText(schema: ShownSchema): string {
  if (schema.$ref !== undefined) return referredName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeText).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map(typeText).join(' & ');
  if (schema.items !== undefined) return `${bracketed(typeText(schema.items))}[]`;
  if (schema.properties !== undefined) return `{ ${Object.keys(schema.properties).join(', ')} }`;
  return typeof schema.type === 'string' ? schema.type : (schema.type?.join(' | ') ?? 'any');
}

const bracketed = (text: string): string => (text.includes(' | ') ? `(${text})` : text);

/** The description and the limits of a value, in one line. */
export function meaningOf(schema: ShownSchema): string {
  const limits = [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ' chars'),
    range(schema.minItems, schema.maxItems, ' items'),
    schema.pattern === undefined ? '' : `/${schema.pattern}/`,
    schema.default === undefined ? '' : `= ${JSON.stringify(schema.default)}`,
  ];
  return [schema.description ?? '', limits.filter((limit) => limit !== '').join(', ')]
    .filter((part) => part !== '')
    .join(' — ');
}

/** `1…100 items`; a bound that only restates what an integer can be is left out. */
function range(from: number | undefined, to: number | undefined, unit: string): string {
  const low = from === undefined || from <= Number.MIN_SAFE_INTEGER ? '' : String(from);
  const high = to === undefined || to >= Number.MAX_SAFE_INTEGER ? '' : String(to);
  return low === '' && high === '' ? '' : `${low}…${high}${unit}`;
}
