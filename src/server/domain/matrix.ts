import { firstWorkspace } from '../../contract/limits.ts';
import { operationOf } from '../../contract/operations.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { AccessMatrix } from '../../contract/types.ts';
import { decide, restrictionsOf, type Standing } from './access.ts';
import { type Action, isOperation } from './access-table.ts';
import { actions, type Placed } from './actions.ts';
import type { Further } from './conditions.ts';
import { invalid } from './errors.ts';
import { furtherIn, mayAs } from './explain.ts';
import { emptied, insidersOf, outsidersOf, type Representative } from './representatives.ts';
import { type Scene, subjectOf } from './subjects.ts';
import type { AccountWork, Input } from './work.ts';

/** A column: its name, and as what it may do an action, or null for never. */
interface Column {
  readonly name: string;
  readonly kind: Representative['kind'];
  readonly may: (action: Action, further: Further) => string | null;
}

const mayBe =
  (who: Placed): Column['may'] =>
  (action, further) =>
    mayAs(action, who, further);

type Query = Input<'access.matrix'>['query'];

/** The workspace that one person is judged in: the one that was named, or the default one if the asker may know of it. */
async function sceneOf(work: AccountWork, { workspace }: Query): Promise<Scene> {
  const { id } = work.standing.account;
  const within = { noun: 'workspace', reference: workspace ?? firstWorkspace } as const;
  if (workspace !== undefined) return { standing: await work.authorise(id, 'access.matrix', within), within };
  const standing = await work.platform.access.standing(work.actor, id, within);
  const seen = decide(work.actor, 'access.matrix', standing, true).allowed;
  return { standing: seen ? standing : work.standing, within: seen ? within : null };
}

async function columnOf(work: AccountWork, query: Query): Promise<Column> {
  const { who, standing, actor, dead } = await subjectOf(work, await sceneOf(work, query), query.who);
  const may = dead ? () => null : mayBe({ actor, standing });
  return { name: who.name, kind: 'who', may };
}

function everybody({ account, parent }: Standing): Column[] {
  const empty = emptied(account, parent);
  return [...insidersOf(empty), ...outsidersOf(empty)].map((one) => ({
    name: one.name,
    kind: one.kind,
    may: mayBe(one),
  }));
}

async function rowOf(
  work: AccountWork,
  action: Action,
  columns: readonly Column[],
): Promise<AccessMatrix['rows'][number]> {
  const further = await furtherIn(work, work.standing, action);
  const cells = columns.map(({ name, may }) => [name, may(action, further)] as const);
  const summary = isOperation(action) ? operationOf(action).summary : null;
  return { action, summary, ...restrictionsOf(action), cells: Object.fromEntries(cells) };
}

/** The access table of an account as it stands, from the table itself: every action tried by somebody of each column. */
export async function accessMatrix(
  work: AccountWork,
  { query }: Input<'access.matrix'>,
): Promise<Answer<'access.matrix'>> {
  if (query.workspace !== undefined && query.who === undefined)
    throw invalid('?workspace', "goes with ?who: a role in a workspace is somebody's.");
  const { id, slug, kind, state } = work.standing.account;
  const columns = query.who === undefined ? everybody(work.standing) : [await columnOf(work, query)];
  const rows: AccessMatrix['rows'] = [];
  for (const action of actions) rows.push(await rowOf(work, action, columns));
  const named = columns.map((column) => ({ name: column.name, kind: column.kind }));
  return { account: { id, slug }, account_kind: kind, state, columns: named, rows };
}
