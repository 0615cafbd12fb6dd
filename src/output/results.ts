import { chartText } from './bars.ts';
import { checksText } from './checks.ts';
import type { Paint } from './colour.ts';
import { asCell, type Column, cellText } from './columns.ts';
import { checkFields, fieldColumns, project } from './fields.ts';
import type { ListOptions, Output, Rows } from './output.ts';
import {
  csvRows,
  idRows,
  json,
  jsonRows,
  ndjsonRows,
  type RowWriter,
  tabRows,
  yamlRows,
  yamlText,
} from './rows.ts';
import type { Setup } from './setup.ts';
import { safeLine, safeText } from './text.ts';
import { type TreeNode, treeRows, treeText } from './tree.ts';
import { widthOf } from './width.ts';

const TTY_ROWS = 50;

/** What goes to stdout. `note` is for what people should know about it. */
export function resultsOn(
  setup: Setup,
  note: (text: string) => void,
): Pick<Output, 'list' | 'item' | 'result' | 'tree' | 'charts' | 'checks' | 'drawn' | 'raw'> {
  const { sink, format, fields } = setup;
  const item = <Row>(columns: readonly Column<Row>[], row: Row) => writeItem(setup, columns, row);
  return {
    list: (columns, rows, options = {}) => writeList(setup, columns, rows, options, note),
    item,
    async result(value, text, { changed } = { changed: true }) {
      if (!changed) note('Nothing to do.');
      if (format === 'table' && text !== undefined && fields === undefined)
        await sink.write(`${safeText(text)}\n`);
      else await item(columnsOf(value), value);
    },
    tree: (root, data) => writeTree(setup, root, data),
    async charts(charts, columns, rows) {
      if (format !== 'table' || !setup.terminal || fields !== undefined || rows.length === 0)
        return await writeList(setup, columns, rows, { all: true }, note);
      const look = { width: setup.width.stdout(), unicode: setup.unicode, ellipsis: setup.ellipsis };
      await sink.write(charts.map((chart) => chartText(chart, look)).join('\n'));
    },
    async checks(report, data) {
      if (format !== 'table' || fields !== undefined) return await item(columnsOf(data), data);
      await sink.write(`${checksText(report, setup.unicode, await setup.paint.stdout())}\n`);
    },
    async drawn(draw, data) {
      if (format !== 'table' || fields !== undefined) return await item(columnsOf(data), data);
      await sink.write(draw(await setup.paint.stdout()));
    },
    raw: (text) => sink.write(text),
  };
}

async function writeList<Row>(
  whole: Setup,
  columns: readonly Column<Row>[],
  rows: Rows<Row>,
  { empty, all = false, format = whole.format, lines, projected }: ListOptions,
  note: (text: string) => void,
): Promise<void> {
  const setup = { ...whole, format, ...(projected === true && { fields: undefined }) };
  const { sink, fields, terminal } = setup;
  const cap = format === 'table' && terminal && !all ? TTY_ROWS : Number.POSITIVE_INFINITY;
  const writer = await writerFor(setup, columns, lines);
  let count = 0;
  let more = false;
  for await (const row of rows) {
    more = count >= cap;
    if (more || sink.closed) break;
    if (count === 0) checkFields(row, fields);
    count += 1;
    await writer.row(row);
    // The first row is enough to know that the request works.
    if (format === 'none') break;
  }
  await writer.end();
  if (more) note(`showing ${count}; use --all for the rest`);
  if (count === 0 && format === 'table') note(empty ?? 'nothing found');
}

async function writerFor<Row>(
  setup: Setup,
  columns: readonly Column<Row>[],
  lines?: true,
): Promise<RowWriter<Row>> {
  const { sink, format, fields, headers, terminal, ellipsis } = setup;
  const shown = fields === undefined ? columns : fieldColumns(fields);
  const row = { sink, columns: shown, fields, headers, terminal };
  if (format === 'json') return jsonRows(row);
  if (format === 'ndjson') return ndjsonRows(row);
  if (format === 'yaml') return yamlRows(row);
  if (format === 'csv') return csvRows(row);
  if (format === 'id') return idRows(row);
  if (format === 'none') return nothing;
  if (!terminal || lines === true) return tabRows(row);
  const { tableRows } = await import('./table.ts');
  return tableRows({ ...row, width: setup.width.stdout(), paint: await setup.paint.stdout(), ellipsis });
}

const nothing = { row: async () => {}, end: async () => {} };

async function writeItem<Row>(setup: Setup, columns: readonly Column<Row>[], row: Row): Promise<void> {
  const { sink, format, fields } = setup;
  checkFields(row, fields);
  if (format === 'json') return sink.write(`${json(project(row, fields), 2)}\n`);
  if (format === 'yaml') return sink.write(await yamlText(project(row, fields)));
  if (format === 'table') {
    const shown = fields === undefined ? columns : fieldColumns(fields);
    return sink.write(factsText(setup, shown, row, await setup.paint.stdout()));
  }
  const writer = await writerFor(setup, columns);
  await writer.row(row);
  await writer.end();
}

/** One thing, a fact a line: aligned for people, `LABEL<tab>value` for programs. */
function factsText<Row>(
  { headers, terminal }: Setup,
  columns: readonly Column<Row>[],
  row: Row,
  paint: Paint,
): string {
  const labels = Math.max(0, ...columns.map((column) => widthOf(column.header)));
  const line = (column: Column<Row>) => {
    const text = safeLine(cellText(column.value(row)));
    if (!terminal) return headers ? `${column.header}\t${text}` : text;
    const tone = column.tone?.(row);
    const value = tone === undefined ? text : paint(tone, text);
    const gap = ' '.repeat(labels - widthOf(column.header) + 2);
    return (headers ? `${paint('bold', column.header)}${gap}${value}` : value).trimEnd();
  };
  return columns.map((column) => `${line(column)}\n`).join('');
}

async function writeTree(setup: Setup, root: TreeNode, data: object): Promise<void> {
  const { sink, format, headers, terminal, unicode } = setup;
  if (format === 'table') return sink.write(`${treeText(root, unicode)}\n`);
  if (format !== 'csv' && format !== 'id') return writeItem(setup, [], data);
  const rows = treeRows(root);
  const options = { sink, columns: columnsOf(rows[0] ?? {}), fields: undefined, headers, terminal };
  const writer = format === 'csv' ? await csvRows(options) : idRows(options);
  for (const row of rows) await writer.row(row);
  await writer.end();
}

/** Its fields, for what has no columns of its own. */
export function columnsOf(value: object): Column<object>[] {
  return Object.keys(value).map((key) => ({
    header: key.toUpperCase(),
    value: (row) => asCell(Reflect.get(row, key)),
  }));
}
