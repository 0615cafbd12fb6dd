import fc from 'fast-check';
import { z } from 'zod';

/** Texts that have broken a parser, a database or a terminal somewhere. */
export const nastyTexts: readonly string[] = [
  '',
  ' ',
  '%',
  '_',
  '\\',
  "' or 1=1 --",
  '"; drop table users; --',
  '\ud800',
  'a\udfffb',
  '\u0000',
  'a\u0000b',
  '\u202e',
  '\r\nBcc: eve@evil.example',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-1',
  '1e400',
  '9007199254740993',
  '2026-13-45T99:99:99Z',
  '+275760-09-13T00:00:00.000Z',
  '<script>alert(1)</script>',
  '={1+1}',
  '../../me',
  'acc_00000000000000000000000000',
  'usr_%',
  'a@b',
  '\u212aim@example.com',
  'x'.repeat(5000),
  '𝕏'.repeat(80),
];

const nastyNumbers = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 31 - 1, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e21, 1e308];

export const nastyText = fc.oneof(
  fc.constantFrom(...nastyTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

export const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom(...nastyNumbers),
  fc.constantFrom(null, true, false, [], {}, [[]], [null], { a: { b: [] } }),
);

type Json = Record<string, unknown>;

const recordOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function textOf(schema: Json): fc.Arbitrary<string> {
  const { pattern, format } = schema;
  const min = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const max = Math.min(typeof schema.maxLength === 'number' ? schema.maxLength : 60, 300);
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (typeof pattern === 'string') {
    try {
      return fc.oneof(fc.stringMatching(new RegExp(pattern)), nastyText);
    } catch {
      return nastyText;
    }
  }
  return fc.oneof(fc.string({ unit: 'binary', minLength: min, maxLength: Math.max(min, max) }), nastyText);
}

function bounds(schema: Json): { min: number; max: number } {
  const min = typeof schema.minimum === 'number' ? schema.minimum : Number.MIN_SAFE_INTEGER;
  const max = typeof schema.maximum === 'number' ? schema.maximum : Number.MAX_SAFE_INTEGER;
  return { min, max };
}

/** What a JSON Schema describes, its edges first. */
function fromSchema(input: unknown): fc.Arbitrary<unknown> {
  const schema = recordOf(input);
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const choices = [...listOf(schema.anyOf), ...listOf(schema.oneOf)];
  if (choices.length > 0) return fc.oneof(...choices.map(fromSchema));
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number': {
      const { min, max } = bounds(schema);
      return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
    }
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(fromSchema(schema.items), { maxLength: 4 });
    case 'object': {
      if (schema.properties === undefined) {
        return fc.dictionary(fc.oneof(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,6}$/), nastyText), nastyValue, {
          maxKeys: 4,
        });
      }
      const fields = Object.entries(recordOf(schema.properties)).map(
        ([name, field]): [string, fc.Arbitrary<unknown>] => [name, fromSchema(field)],
      );
      const required = listOf(schema.required).filter((name) => typeof name === 'string');
      return fc
        .tuple(fc.record(Object.fromEntries(fields)), fc.subarray(fields.map(([name]) => name)))
        .map(([all, kept]) =>
          Object.fromEntries(
            Object.entries(all).filter(([name]) => required.includes(name) || kept.includes(name)),
          ),
        );
    }
    default:
      return nastyValue;
  }
}

/** Values that a schema of the contract takes, and some that only nearly are. */
export function generated(schema: z.ZodType): fc.Arbitrary<unknown> {
  return fromSchema(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

/** Replaces, drops or adds something somewhere in a value. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value)) {
    return fc.oneof(
      nastyValue,
      nastyValue.map((more) => [...value, more]),
      ...value.map((item, at) => mutated(item).map((other) => value.with(at, other))),
    );
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value);
    return fc.oneof(
      nastyValue,
      fc.tuple(nastyText, nastyValue).map(([name, more]) => ({ ...value, [name]: more })),
      ...fields.map(([name]) => fc.constant(Object.fromEntries(fields.filter(([other]) => other !== name)))),
      ...fields.map(([name, item]) => mutated(item).map((other) => ({ ...value, [name]: other }))),
      ...fields.map(([name, item]) => mutated(item).map((other) => ({ ...value, [name]: other }))),
    );
  }
  return nastyValue;
}
