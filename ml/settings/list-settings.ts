import { z } from 'zod';
import { defaultsOf, type Configurable } from './config-of.ts';
import { isPlainObject } from './lay-over.ts';

declare module 'zod' {
  /** What a setting says of itself beside its description: `schema.meta({ description, source, unit })`. */
  interface GlobalMeta {
    /** Why the default is what it is: where it comes from, or the reason for our choice. */
    source?: string;
    /** Of a number: its unit, in the plural ('pixels', 'epochs'); null where it has no dimension. */
    unit?: string | null;
  }
}

export type SettingType = 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** One setting, or a group of settings (type `object`), as a form or a help text needs it. */
export interface Setting {
  /** Keys from the outside in, joined by dots: 'resnet.stem'. */
  readonly path: string;
  readonly type: SettingType;
  /** Type of the items of an array. `choices` and bounds then hold for each item. */
  readonly itemType: SettingType | null;
  readonly nullable: boolean;
  /** undefined: there is none, and what it means to leave it out stands in the description. */
  readonly default: unknown;
  /** It must be given wherever the group around it is given. */
  readonly required: boolean;
  /** The only values allowed; beside a number: the words that may stand in its place. */
  readonly choices: readonly unknown[] | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The bound itself is not allowed. */
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf: number | null;
  readonly minItems: number | null;
  readonly maxItems: number | null;
  /** It exists only where the group's `kind` is this. */
  readonly ofKind: string | null;
  readonly description: string | undefined;
  readonly source: string | undefined;
  readonly unit: string | null | undefined;
}

/** JSON Schema of the settings, with their descriptions, sources and units. */
export const schemaOf = ({ config }: Pick<Configurable, 'config'>): object =>
  z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });

/** All settings in the order of the schema, each group before what is in it. */
export function listSettings(method: Pick<Configurable, 'config'>): Setting[] {
  return inside(schemaOf(method), { path: [], value: defaultsOf(method), ofKind: null });
}

/** The part of JSON Schema that settings use. */
interface Node {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly source?: string;
  readonly unit?: string | null;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly prefixItems?: readonly Node[];
  readonly items?: Node | boolean;
}

interface Place {
  readonly path: readonly string[];
  /** The default of what stands here. */
  readonly value: unknown;
  readonly ofKind: string | null;
  readonly required?: boolean;
}

/** The settings in an object, or in a union of objects told apart by `kind`. */
function inside(node: Node, place: Place): Setting[] {
  const variants = alternatives(node).filter(({ properties }) => properties);
  if (variants.length < 2) return variants.flatMap((variant) => properties(variant, place));
  const kinds = variants.map(kindOf);
  const path = [...place.path, 'kind'];
  const own = isPlainObject(place.value) ? place.value : {};
  const kind: Node = {
    type: 'string',
    enum: kinds,
    description: variants.map(({ description = '' }, i) => `${kinds[i]}: ${description}`).join(' '),
    source: node.source,
  };
  return [
    describe(kind, { path, value: own['kind'], ofKind: null }),
    ...variants.flatMap((variant, i) => {
      const value = own['kind'] === kinds[i] ? own : undefined;
      return properties(variant, { path: place.path, value, ofKind: kinds[i] });
    }),
  ];
}

function properties(node: Node, { path, value, ofKind }: Place): Setting[] {
  const entries = Object.entries(node.properties ?? {});
  const named = ofKind === null ? entries : entries.filter(([key]) => key !== 'kind');
  return named.flatMap(([key, child]) => {
    const known = isPlainObject(value) && Object.hasOwn(value, key);
    const required = node.required?.includes(key);
    const place = { path: [...path, key], value: known ? value[key] : child.default, ofKind, required };
    return [describe(child, place), ...inside(child, { ...place, ofKind: null })];
  });
}

function describe(node: Node, { path, value, ofKind, required = false }: Place): Setting {
  const all = alternatives(node);
  const values = all.filter(({ type }) => type !== 'null');
  const items = values.flatMap(itemsOf);
  const limited = [...values, ...items];
  return {
    path: path.join('.'),
    type: typeOf(values),
    itemType: items.length > 0 ? typeOf(items) : null,
    nullable: values.length < all.length,
    default: value,
    required,
    choices: choicesOf(limited),
    ...boundsOf(limited),
    multipleOf: first(limited, 'multipleOf'),
    minItems: first(values, 'minItems'),
    maxItems: first(values, 'maxItems'),
    ofKind,
    description: node.description,
    source: node.source,
    unit: node.unit,
  };
}

/** What may stand here: the members of a union, one for each type. */
function alternatives(node: Node): readonly Node[] {
  const union = node.anyOf ?? node.oneOf;
  if (union) return union.flatMap(alternatives);
  if (typeof node.type !== 'object') return [node];
  return node.type.map((type) => (type === 'null' ? { type } : { ...node, type }));
}

function itemsOf({ prefixItems, items }: Node): readonly Node[] {
  if (prefixItems) return prefixItems;
  return typeof items === 'object' ? [items] : [];
}

const fixed = ({ const: only, enum: some }: Node): readonly unknown[] =>
  some ?? (only === undefined ? [] : [only]);

function choicesOf(nodes: readonly Node[]): readonly unknown[] | null {
  const choices = nodes.flatMap(fixed);
  return choices.length > 0 ? choices : null;
}

/** The type of what is free; of fixed values where nothing is. */
function typeOf(nodes: readonly Node[]): SettingType {
  const free = nodes.filter((node) => fixed(node).length === 0);
  const [type] = (free.length > 0 ? free : nodes).map((node) => node.type);
  return type as SettingType;
}

function boundsOf(nodes: readonly Node[]) {
  const above = first(nodes, 'exclusiveMinimum');
  const below = first(nodes, 'exclusiveMaximum');
  return {
    minimum: above ?? first(nodes, 'minimum'),
    maximum: below ?? first(nodes, 'maximum'),
    exclusiveMinimum: above !== null,
    exclusiveMaximum: below !== null,
  };
}

type Bound =
  'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum' | 'multipleOf' | 'minItems' | 'maxItems';

/** The bound where one is stated; what every whole number obeys is none. */
function first(nodes: readonly Node[], bound: Bound): number | null {
  const value = nodes.map((node) => node[bound]).find((one) => one !== undefined);
  return value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? null : value;
}

function kindOf({ properties }: Node): string {
  const kind = properties?.['kind']?.const;
  if (typeof kind === 'string') return kind;
  throw new Error('a union of objects among the settings must be told apart by `kind`');
}
