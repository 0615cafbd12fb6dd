import type { Paint } from './colour.ts';
import { type Column, cellText } from './columns.ts';
import type { RowOptions, RowWriter } from './rows.ts';
import type { Sink } from './streams.ts';
import { safeLine } from './text.ts';
import { clusters, fit, widthOf } from './width.ts';

const PAGE = 500;
const GAP = 2;
const NARROWEST = 5;

export interface TableOptions<Row> extends RowOptions<Row> {
  readonly width: number;
  readonly paint: Paint;
  readonly ellipsis: string;
}

/** A table for people. A long one is drawn in pages, so that it needs neither memory nor patience. */
export function tableRows<Row>(options: TableOptions<Row>): RowWriter<Row> {
  let page: Row[] = [];
  let widths: readonly number[] = [];
  let first = true;
  const draw = async () => {
    if (page.length === 0) return;
    widths = await drawPage(options, page, widths, first && options.headers);
    page = [];
    first = false;
  };
  return {
    async row(row) {
      page.push(row);
      if (page.length >= PAGE) await draw();
    },
    end: draw,
  };
}

/** Columns never get narrower from page to page: they would jump about. */
async function drawPage<Row>(
  options: TableOptions<Row>,
  page: readonly Row[],
  before: readonly number[],
  headed: boolean,
): Promise<readonly number[]> {
  const { columns, sink, paint } = options;
  const cells = page.map((row) => columns.map((column) => shortTime(safeLine(cellText(column.value(row))))));
  const heads = options.headers ? columns.map((column) => column.header) : columns.map(() => '');
  const natural = heads.map((head, at) =>
    Math.max(before[at] ?? 0, widthOf(head), ...cells.map((row) => widthOf(row[at] ?? ''))),
  );
  const widths = fitWidths(natural, columns, options.width);
  const shape = (text: string, at: number) => fit(text, widths[at] ?? 0, options.ellipsis);
  const lines = cells.map((row, line) =>
    row.map((text, at) => ({ text: shape(text, at), tone: toneOf(columns[at], page[line]) })),
  );
  if (headed) lines.unshift(heads.map((head, at) => ({ text: shape(head, at), tone: 'bold' as const })));
  const stand = new Stand();
  const drawn = lines.map((line) =>
    line.map(({ text, tone }) => (tone === undefined ? stand.in(text) : paint(tone, stand.in(text)))),
  );
  await print(sink, await layOut(drawn, widths, columns), stand);
  return widths;
}

/** A time to the minute, in UTC as it came: for people, who have no room for its milliseconds. */
function shortTime(text: string): string {
  return text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/, '$1 $2Z');
}

function toneOf<Row>(column: Column<Row> | undefined, row: Row | undefined) {
  return row === undefined ? undefined : column?.tone?.(row);
}

/** Takes from the widest column until all fit; what must stay whole or is narrow already is spared. */
function fitWidths(
  natural: readonly number[],
  columns: readonly { keep?: boolean | undefined }[],
  room: number,
) {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - room;
  while (excess > 0) {
    const open = widths.map((width, at) => (columns[at]?.keep === true ? 0 : width));
    const widest = Math.max(...open);
    if (widest <= NARROWEST) break;
    widths[open.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

async function layOut(
  lines: readonly (readonly string[])[],
  widths: readonly number[],
  columns: readonly { align?: 'left' | 'right' | undefined }[],
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    chars: BORDERLESS,
    // Without these cli-table3 writes its own colours, even into a pipe.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP, compact: true },
    colWidths: widths.map((width) => width + GAP),
    colAligns: widths.map((_, at) => columns[at]?.align ?? 'left'),
  });
  table.push(...lines.map((line) => [...line]));
  return table.toString();
}

async function print(sink: Sink, table: string, stand: Stand): Promise<void> {
  const lines = table.split('\n').map((line) => stand.out(line).trimEnd());
  await sink.write(`${lines.join('\n')}\n`);
}

/**
 * cli-table3 measures with an old string-width that knows few marks and few emoji. Whatever is not ASCII
 * therefore goes through it as private-use characters that it counts as our own measure does, one a column.
 */
class Stand {
  readonly #clusters: string[] = [];
  readonly #places = new Map<string, string>();

  in(text: string): string {
    if (/^[\u0020-\u007e]*$/.test(text)) return text;
    return clusters(text)
      .map((cluster) => (/^[\u0020-\u007e]$/.test(cluster.text) ? cluster.text : this.#place(cluster)))
      .join('');
  }

  out(line: string): string {
    return line.replace(/([\u{f0000}-\u{ffffd}])\ue000*/gu, (_, place: string) => {
      return this.#clusters[(place.codePointAt(0) ?? 0) - FIRST_PLACE] ?? '';
    });
  }

  #place(cluster: { text: string; width: number }): string {
    const known = this.#places.get(cluster.text);
    if (known !== undefined) return known;
    // A lone mark takes no column, but its stand-in must: it loses its place rather than the line's order.
    if (cluster.width === 0 || this.#clusters.length >= PLACES) return '?'.repeat(cluster.width);
    const place =
      String.fromCodePoint(FIRST_PLACE + this.#clusters.length) + '\ue000'.repeat(cluster.width - 1);
    this.#clusters.push(cluster.text);
    this.#places.set(cluster.text, place);
    return place;
  }
}

const FIRST_PLACE = 0xf0000;
const PLACES = 0xfffd;
