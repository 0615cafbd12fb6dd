import { estateFile } from './estate-file.ts';
import { isObject, type Json, type JsonObject, toJson } from './json-schema.ts';

/**
 * The JSON Schema of an estate's file, for editors: schemas/estate.json, and what every server answers at
 * /schemas/estate.json. What it cannot say (what hangs together, and what is only complete when files are merged),
 * `tenantctl validate` checks.
 */
export function estateSchema(): JsonObject {
  const { $schema, ...schema } = estateForm();
  const { $defs = {}, ...rest } = schema;
  const loose: JsonObject = {};
  for (const [name, part] of isObject($defs) ? Object.entries($defs) : [])
    loose[name] = isOurs(name) ? asWritten(part) : part;
  return {
    $schema,
    $id: 'urn:tenantctl:schema:estate:v1',
    ...asWritten(rest),
    $defs: loose,
  };
}

/** The form itself, before what files may write in the place of a value. */
export function estateForm(): JsonObject {
  return toJson(estateFile, 'input');
}

/** Definitions of parsers are files of their own, mostly: no variables are written in those. */
const isOurs = (name: string) => name.startsWith('Estate');

const VARIABLE = { type: 'string', pattern: '\\$\\{' };
const TAKEN_OUT = { type: 'null', description: 'Takes out what an earlier file says' };

/** Wherever a value of a form is asked for, `${NAME}` may stand for it, and `null` takes it out again. */
function asWritten(schema: JsonObject): JsonObject;
function asWritten(schema: Json): Json;
function asWritten(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const { properties, additionalProperties, propertyNames, items, anyOf, ...rest } = schema;
  return {
    ...rest,
    ...(isObject(properties) && { properties: mapped(properties, (one) => optional(asWritten(one))) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: optional(asWritten(additionalProperties)),
    }),
    ...(isObject(propertyNames) && { propertyNames: { anyOf: [propertyNames, VARIABLE] } }),
    ...(isObject(items) && { items: orVariable(items) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map((one) => orVariable(asWritten(one))) }),
  };
}

function mapped(of: JsonObject, change: (one: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(of).map(([name, one]) => [name, change(one)]));
}

function optional(schema: Json): Json {
  if (!isObject(schema) || schema.const !== undefined) return schema;
  const { description, default: standard, ...rest } = schema;
  const words = {
    ...(description !== undefined && { description }),
    ...(standard !== undefined && { default: standard }),
  };
  const form = orVariable(rest);
  const forms = isObject(form) && Array.isArray(form.anyOf) ? form.anyOf : [form];
  const nullable = forms.some((one) => isObject(one) && one.type === 'null');
  return { ...words, anyOf: nullable ? forms : [...forms, TAKEN_OUT] };
}

function orVariable(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const bounded =
    schema.pattern !== undefined ||
    schema.enum !== undefined ||
    schema.type === 'integer' ||
    schema.type === 'boolean';
  const variable = typeof schema.pattern === 'string' && schema.pattern.includes('\\$\\{');
  return bounded && !variable ? { anyOf: [schema, VARIABLE] } : schema;
}
