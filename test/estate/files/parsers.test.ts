import { describe, expect, it } from 'vitest';
import { usageError } from '../../../src/errors.ts';
import { inFile, readParsers } from '../../../src/estate/files/parsers.ts';
import { placeText } from '../../../src/estate/files/source.ts';

const read = (text: string, name = 'a.yaml') => readParsers({ name, bytes: Buffer.from(text) });
const mistakes = async (text: string) =>
  (await read(text)).mistakes.map((one) => `${placeText(one)}: ${one.message}`);

const invoice = `schema: tenantctl/parser/v1
name: Invoice
document_type: invoice
fields:
  - name: total
    type: amount
    rules:
      - kind: label
        label: Total
`;

describe('the parsers of a file', () => {
  it('are what the server is asked to make, defaults filled in', async () => {
    const { found: parsers, mistakes } = await read(invoice);
    expect(mistakes).toEqual([]);
    expect(parsers.map(({ name, content }) => ({ name, ...content }))).toEqual([
      {
        name: 'Invoice',
        document_type: 'invoice',
        description: null,
        definition: {
          preprocessing: [],
          fields: [
            {
              name: 'total',
              type: 'amount',
              required: false,
              rules: [{ kind: 'label', label: 'Total', position: 'right' }],
            },
          ],
          tables: [],
          secrets: [],
        },
      },
    ]);
  });

  it('are one a document, or the items of a list', async () => {
    const receipt = invoice.replace('Invoice', 'Receipt');
    const names = async (text: string) =>
      (await read(text)).found.map(({ name, part }) => [name, part.document.at(`${part.pointer}/name`).line]);
    expect(await names(`${invoice}---\n${receipt}---\n`)).toEqual([
      ['Invoice', 2],
      ['Receipt', 12],
    ]);
    const { found: parsers } = await read(`${invoice}---\n${receipt}`);
    const list = parsers.map(({ part }) => part.data);
    expect(await names(JSON.stringify(list, null, 2))).toEqual([
      ['Invoice', 4],
      ['Receipt', 21],
    ]);
  });
});

describe('a mistake in a parser', () => {
  it.each([
    ['', '1:1: there is no parser in it'],
    ['# soon\n---\n', '1:1: there is no parser in it'],
    ['just words\n', '1:1: must be a map, and this is text'],
    [invoice.replace('/v1', '/v2'), '1:9: schema: must be tenantctl/parser/v1'],
    [invoice.replace('name: Invoice\n', ''), '1:1: name: is missing'],
    [
      invoice.replace('document_type: invoice', 'document_type: Invoice'),
      '3:16: document_type: must begin with a-z, then a-z, 0-9 and hyphens, 63 characters at most',
    ],
    [
      invoice.replace('amount', 'money'),
      '6:11: fields[0].type: must be one of text, integer, decimal, amount, currency, date, datetime, boolean, email, iban',
    ],
    [
      invoice.replace('kind: label', 'kind: find'),
      '8:15: fields[0].rules[0].kind: must be one of label, pattern, zone, constant, lookup',
    ],
    [invoice.replace('        label: Total\n', ''), '8:9: fields[0].rules[0].label: is missing'],
    [
      invoice.replace('    type: amount\n', '    typ: amount\n'),
      '5:5: fields[0].type: is missing',
      '6:5: fields[0].typ: there is no such field',
    ],
    [
      invoice.replace('label: Total', 'label: 5'),
      '9:16: fields[0].rules[0].label: must be text, and this is a number',
    ],
    [
      'schema: tenantctl/parser/v1\nname: A\ndocument_type: a\n',
      '1:1: fields: must not be empty where tables are too',
    ],
    [`${invoice}secrets: [{name: a}, {name: a}]\n`, '10:29: secrets[1].name: is there twice: a'],
  ])('%#', async (text, ...expected) => {
    expect(await mistakes(text)).toEqual(expected.map((one) => `a.yaml:${one}`));
  });

  it('is told a hundred times at most', async () => {
    const odd = Array.from({ length: 1000 }, (_, at) => `odd${at}: 1\n`).join('');
    expect(await mistakes(invoice + odd)).toHaveLength(100);
  });

  it('does not hide the others, in whatever order they were found', async () => {
    const wrong = invoice.replace('invoice\n', 'Invoice\n').replace('amount', 'money');
    const found = await mistakes(`${wrong}---\na: 1\na: 2\n---\n${invoice}extra: 1\n`);
    expect(found.map((one) => one.slice(0, 'a.yaml:00'.length))).toEqual([
      'a.yaml:3:',
      'a.yaml:6:',
      'a.yaml:12',
      'a.yaml:23',
    ]);
  });
});

describe("the server's refusal", () => {
  it('points into the file', async () => {
    const [found] = (
      await read(
        `[${JSON.stringify({ schema: 'tenantctl/parser/v1', name: 'A', document_type: 'a', fields: [{ name: 'x', type: 'text', rules: [{ kind: 'constant', value: '' }] }] }, null, 1)}]`,
      )
    ).found;
    if (found === undefined) throw new Error('it was read');
    const refused = usageError('no', {
      requestId: 'r',
      details: [
        { pointer: '/definition/fields/0/type', detail: 'wrong' },
        { pointer: '/name', detail: 'odd' },
        { pointer: 'members', detail: 'in the way' },
      ],
    });
    expect(inFile(refused, found)).toMatchObject({
      message: 'no',
      requestId: 'r',
      exitCode: 2,
      details: [
        { pointer: 'a.yaml:8:12', detail: 'fields/0/type: wrong' },
        { pointer: 'a.yaml:3:10', detail: 'name: odd' },
        { pointer: 'members', detail: 'in the way' },
      ],
    });
    expect(inFile('anything else', found)).toBe('anything else');
  });
});
