import type { AccessLink, AccessMatrix, Entitled, Explanation } from '../../contract/types.ts';
import type { Check, CheckReport } from '../../output/checks.ts';
import type { Column } from '../../output/columns.ts';

/** Somebody who may, as a row: the one place that maps them. */
export const entitledColumns: readonly Column<Entitled>[] = [
  { header: 'WHO', value: (one) => one.text, keep: true },
  { header: 'NAME', value: (one) => one.member?.user.name },
  { header: 'ROLE', value: (one) => one.member?.role },
  { header: 'AS', value: (one) => one.as },
  { header: 'VIA', value: (one) => one.via },
  { header: 'ID', value: (one) => one.member?.id },
];

/** `bo@example.com may not parsers.update in acme, workspace production.` */
export function verdictOf(
  { allowed, as, who, action, account, workspace, chain }: Explanation,
  self: boolean,
) {
  const where = account === null ? '' : ` in ${account.slug}`;
  const place = workspace === null ? '' : `, workspace ${workspace.slug}`;
  const may = `${self ? 'You' : who.name} may${allowed ? '' : ' not'} ${action}${where}${place}`;
  if (!allowed) return `${may}.`;
  const blocked = chain.some(({ need, ok }) => need === 'now' && !ok);
  return `${may}, as ${as}${blocked ? '; at this moment it would fail' : ''}.`;
}

function checkOf({ check, ok, text, need }: AccessLink, allowed: boolean): Check {
  const idle = allowed && (need === 'one_of' || need === 'fact');
  return { mark: ok ? 'yes' : idle ? 'idle' : 'no', label: check.replaceAll('_', ' '), text };
}

/** The links in their order, the ways in under a heading where there are several. */
function groupsOf({ chain, allowed }: Explanation): CheckReport['groups'] {
  const ways = chain.filter(({ need }) => need === 'one_of');
  const first = ways.length > 1 ? chain.findIndex(({ need }) => need === 'one_of') : chain.length;
  const checks = (links: readonly AccessLink[]) => links.map((link) => checkOf(link, allowed));
  if (first === chain.length) return [{ heading: null, checks: checks(chain) }];
  return [
    { heading: null, checks: checks(chain.slice(0, first)) },
    { heading: 'one of these:', checks: checks(ways) },
    { heading: null, checks: checks(chain.slice(first).filter(({ need }) => need !== 'one_of')) },
  ];
}

/** Ways in are alternatives; all else that stands in the way must go. */
function changesOf({ chain }: Explanation): CheckReport['changes'] {
  const stepsOf = (links: readonly AccessLink[]) =>
    links.flatMap(({ fix }) =>
      fix === null
        ? []
        : [
            {
              text: fix.yours || fix.command === null ? fix.text : `${fix.text} (not yours to do)`,
              ...pick(fix),
            },
          ],
    );
  const ways = stepsOf(chain.filter(({ need }) => need === 'one_of'));
  const rest = stepsOf(chain.filter(({ need }) => need !== 'one_of'));
  const one = ways.length > 1 ? 'What would have to change, one of these:' : 'What would have to change:';
  return [
    ...(rest.length > 0 ? [{ heading: 'What would have to change:', steps: rest }] : []),
    ...(ways.length > 0
      ? [{ heading: rest.length > 0 ? `And ${one.toLowerCase()}` : one, steps: ways }]
      : []),
  ];
}

const pick = ({ command }: { command: string | null }) => ({ command });

export function reportOf(answer: Explanation, self: boolean): CheckReport {
  return { verdict: verdictOf(answer, self), groups: groupsOf(answer), changes: changesOf(answer) };
}

type Row = AccessMatrix['rows'][number];

/** The whole table for programs: as what each column may, or nothing. */
export function matrixColumns({ columns }: AccessMatrix): Column<Row>[] {
  return [
    { header: 'ACTION', value: (row) => row.action, keep: true },
    ...columns.map(({ name }) => ({ header: name.toUpperCase(), value: (row: Row) => row.cells[name] })),
    { header: 'IN PERSON', value: (row) => row.person !== null },
    { header: 'BY DELEGATION', value: (row) => row.delegated },
  ];
}

/** A letter for each column: of its own name, and of no other column. */
function lettersOf(columns: AccessMatrix['columns']): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const { name, kind } of columns) {
    const small = kind === 'module' || kind === 'workspace_role';
    const letters = [...(small ? name.toLowerCase() : name.toUpperCase())];
    taken.set(name, letters.find((one) => /[a-z]/i.test(one) && ![...taken.values()].includes(one)) ?? '#');
  }
  return taken;
}

const LEGEND_WIDTH = 76;

function legendOf(letters: ReadonlyMap<string, string>): string[] {
  const lines: string[] = [];
  for (const entry of [...letters].map(([name, letter]) => `${letter} ${name}`)) {
    const line = `${lines.at(-1)}   ${entry}`;
    if (lines.length > 0 && line.length <= LEGEND_WIDTH) lines[lines.length - 1] = line;
    else lines.push(`  ${entry}`);
  }
  return lines;
}

const nounOf = (action: string): string => action.slice(0, action.indexOf('.'));
const verbOf = (action: string): string => action.slice(action.indexOf('.') + 1);
const inPerson: Record<string, string> = {
  signed_in: 'signed in only',
  behind: 'not by a token of the account',
};

/** Narrow enough for any terminal: an action a line, by noun, a letter for each role that may. */
export function matrixText(matrix: AccessMatrix): string {
  const { columns, rows, account, account_kind: kind, state } = matrix;
  const [only] = columns;
  const one = columns.length === 1 && only?.kind === 'who' ? only : undefined;
  const letters = lettersOf(columns);
  const cells = ({ cells: all }: Row) =>
    one === undefined
      ? [...letters].map(([name, letter]) => (all[name] == null ? '.' : letter)).join(' ')
      : (all[one.name] ?? '.').padEnd(15);
  const verbs = Math.max(...rows.map(({ action }) => verbOf(action).length));
  const line = (row: Row) =>
    `  ${verbOf(row.action).padEnd(verbs)}  ${cells(row)}  ${inPerson[row.person ?? ''] ?? ''}`.trimEnd();
  const who = one === undefined ? 'Who may do what' : `What ${one.name} may do, and as what`;
  return [
    `${who} in ${account.slug} (${kind}, ${state})`,
    '',
    ...(one === undefined ? [...legendOf(letters), ''] : []),
    ...[...Map.groupBy(rows, ({ action }) => nounOf(action))].flatMap(([noun, some]) => [
      noun,
      ...some.map(line),
    ]),
  ].join('\n');
}
