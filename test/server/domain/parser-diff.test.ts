import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parserDefinition } from '../../../src/contract/parser-definition.ts';
import { digestOf } from '../../../src/server/domain/parser-content.ts';
import { differences } from '../../../src/server/domain/parser-diff.ts';
import type { ParserContent } from '../../../src/server/domain/ports/parsers.ts';
import { type Definition, field } from '../../support/parsers.ts';

const content = (definition: Definition, more: Partial<ParserContent> = {}): ParserContent => ({
  documentType: 'invoice',
  description: null,
  definition: parserDefinition.parse(definition),
  ...more,
});

/** Changes as `kind path before -> after`. */
function told(before: Definition, after: Definition): string[] {
  return differences(content(before), content(after)).map(
    ({ kind, path, before: old, after: now }) =>
      `${kind} ${path} ${JSON.stringify(old)} -> ${JSON.stringify(now)}`,
  );
}

describe('what differs between two parsers', () => {
  it('is told by the names of things, wherever they stand', () => {
    const [a, b, c] = [field('a'), field('b'), field('c')];
    expect(told({ fields: [a, b] }, { fields: [a, field('b', { type: 'amount' })] })).toEqual([
      'changed fields.b.type "text" -> "amount"',
    ]);
    expect(told({ fields: [a, b] }, { fields: [a, c, b] })).toEqual([
      `added fields.c null -> ${JSON.stringify(parserDefinition.parse({ fields: [c] }).fields[0])}`,
    ]);
    expect(told({ fields: [a, b, c] }, { fields: [b, a] })).toEqual([
      expect.stringMatching(/^removed fields\.c /),
      'changed fields (order) ["a","b"] -> ["b","a"]',
    ]);
  });

  it('goes into tables, columns, rules, steps and secrets', () => {
    const column = (name: string, header: string) => ({ name, type: 'text' as const, header });
    const one: Definition = {
      preprocessing: [{ step: 'deskew' }, { step: 'ocr', languages: ['deu'] }],
      fields: [field('a', { rules: [{ kind: 'label', label: 'A' }] })],
      tables: [{ name: 'lines', columns: [column('price', 'Price')], skip: ['^x'] }],
      secrets: [{ name: 'key' }],
    };
    const other: Definition = {
      preprocessing: [{ step: 'deskew' }, { step: 'ocr', languages: ['deu', 'eng'] }],
      fields: [
        field('a', {
          rules: [
            { kind: 'label', label: 'B' },
            { kind: 'constant', value: '1' },
          ],
        }),
      ],
      tables: [{ name: 'lines', columns: [column('price', 'Preis'), column('article', 'Artikel')] }],
      secrets: [{ name: 'key', description: 'Of the register' }],
    };
    expect(differences(content(one), content(other)).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'added preprocessing[1].languages[1]',
      'changed fields.a.rules[0].label',
      'added fields.a.rules[1]',
      'removed tables.lines.skip[0]',
      'changed tables.lines.columns.price.header',
      'added tables.lines.columns.article',
      'added secrets.key.description',
    ]);
  });

  it('includes document type and description', () => {
    const fields = { fields: [field('a')] };
    const before = content(fields, { description: 'old' });
    const after = content(fields, { documentType: 'receipt' });
    expect(differences(before, after)).toEqual([
      { path: 'document_type', kind: 'changed', before: 'invoice', after: 'receipt' },
      { path: 'description', kind: 'changed', before: 'old', after: null },
    ]);
  });
});

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const rule = fc.oneof(
  fc.record({ kind: fc.constant('label' as const), label: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constant('constant' as const), value: fc.constantFrom('1', '2') }),
  fc.record({
    kind: fc.constant('pattern' as const),
    pattern: fc.constantFrom('a+', 'b?'),
    group: fc.nat(3),
  }),
);
const someField = fc.record(
  {
    name,
    type: fc.constantFrom('text' as const, 'amount' as const),
    required: fc.boolean(),
    description: fc.constantFrom('x', 'y'),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['name', 'type', 'rules'] },
);
const someTable = fc.record(
  {
    name,
    skip: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
    columns: fc.uniqueArray(fc.record({ name, type: fc.constantFrom('text' as const, 'date' as const) }), {
      selector: (column) => column.name,
      minLength: 1,
    }),
  },
  { requiredKeys: ['name', 'columns'] },
);
const byName = { selector: (thing: { name: string }) => thing.name };
const someContent = fc
  .record({
    documentType: fc.constantFrom('invoice', 'receipt'),
    description: fc.constantFrom(null, 'x', 'y'),
    fields: fc.uniqueArray(someField, { ...byName, minLength: 1 }),
    tables: fc.uniqueArray(someTable, byName),
    secrets: fc.uniqueArray(fc.record({ name }), byName),
  })
  .map(({ documentType, description, ...definition }) => content(definition, { documentType, description }));

const turned = { added: 'removed', removed: 'added', changed: 'changed' } as const;

describe('differences', () => {
  it('are none exactly where the digests are equal', () => {
    fc.assert(
      fc.property(someContent, someContent, (before, after) => {
        expect(differences(before, after).length === 0).toBe(digestOf(before) === digestOf(after));
        expect(differences(before, structuredClone(before))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same the other way round, with before and after exchanged', () => {
    fc.assert(
      fc.property(someContent, someContent, (one, other) => {
        const there = differences(one, other).map(({ path, kind, before, after }) => ({
          path,
          kind: turned[kind],
          before: after,
          after: before,
        }));
        const back = differences(other, one);
        const sorted = (list: typeof back) => list.map((change) => JSON.stringify(change)).sort();
        expect(sorted(there)).toEqual(sorted(back));
        expect(new Set(back.map(({ path }) => path)).size).toBe(back.length);
      }),
      { numRuns: 500 },
    );
  });

  it('find the one thing that was changed, whatever else is there', () => {
    fc.assert(
      fc.property(someContent, fc.nat(), (before, at) => {
        const after = structuredClone(before);
        const { fields } = after.definition;
        const chosen = fields[at % fields.length];
        if (!chosen) throw new Error('no field');
        chosen.format = 'DD.MM.YYYY';
        expect(differences(before, after)).toEqual([
          { path: `fields.${chosen.name}.format`, kind: 'added', before: null, after: 'DD.MM.YYYY' },
        ]);
      }),
    );
  });
});
