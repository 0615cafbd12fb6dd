import { z } from 'zod';

export type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A schema as JSON Schema, with references to the named ones. */
export function toJson(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const json: unknown = JSON.parse(
    JSON.stringify(
      z.toJSONSchema(schema, {
        target: 'draft-2020-12',
        io,
        unrepresentable: 'any',
        // Integers are safe ones everywhere; the bounds of what JavaScript can count say nothing of the API.
        override: ({ jsonSchema }) => {
          if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
          if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
          // The format says it; the pattern is two hundred characters of leap years.
          if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        },
      }),
    ),
  );
  if (!isObject(json)) throw new Error('a schema that is no object');
  return json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
