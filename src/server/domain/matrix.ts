import { operations } from '../../contract/operations.ts';
import type { Answer } from '../../contract/shapes.ts';
import type { AccessMatrix } from '../../contract/types.ts';
import { type Action, decide, restrictionsOf, type Standing } from './access.ts';
import { actions } from './actions.ts';
import { DEFAULT_WORKSPACE } from './change.ts';
import { invalid } from './errors.ts';
import { furtherIn, judged } from './explain.ts';
import { emptied, insidersOf, outsidersOf, type Representative, tried } from './representatives.ts';
import { type Scene, subjectOf } from './subjects.ts';
import type { AccountWork, Input } from './work.ts';

type Column = Pick<Representative, 'name' | 'kind' | 'actor' | 'standing'>;
type Query = Input<'access.matrix'>['query'];

/** The workspace that one person is judged in: the one that was named, or the default one if the asker may know of it. */
async function sceneOf(work: AccountWork, { workspace }: Query): Promise<Scene> {
  const { id } = work.standing.account;
  const within = { noun: 'workspace', reference: workspace ?? DEFAULT_WORKSPACE } as const;
  if (workspace !== undefined) return { standing: await work.authorise(id, 'access.matrix', within), within };
  const standing = await work.platform.access.standing(work.actor, id, within);
  const seen = decide(work.actor, 'access.matrix', standing, true).allowed;
  return { standing: seen ? standing : work.standing, within: seen ? within : null };
}

/** Whoever asks by a dead token may do nothing; whoever is asked about is judged as they stand. */
async function columnOf(work: AccountWork, query: Query): Promise<Column[]> {
  const { who, standing, actor, dead } = await subjectOf(work, await sceneOf(work, query), query.who);
  if (standing === null || dead) return [];
  return [{ name: who.name, kind: 'who', actor, standing }];
}

function everybody({ account, parent }: Standing): Column[] {
  const empty = emptied(account, parent);
  return [...insidersOf(empty), ...outsidersOf(empty)];
}

async function rowOf(
  work: AccountWork,
  action: Action,
  columns: readonly Column[],
): Promise<AccessMatrix['rows'][number]> {
  const further = await furtherIn(work, work.standing, action);
  const cells = columns.map((column) => {
    const decision = tried(action, column);
    const allowed = decision.allowed && judged(decision, further).code === null;
    return [column.name, allowed ? decision.as : null] as const;
  });
  const summary = action in operations ? operations[action].summary : null;
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
  const columns = query.who === undefined ? everybody(work.standing) : await columnOf(work, query);
  const rows: AccessMatrix['rows'] = [];
  for (const action of actions) rows.push(await rowOf(work, action, columns));
  const named = columns.map((column) => ({ name: column.name, kind: column.kind }));
  return { account: { id, slug }, account_kind: kind, state, columns: named, rows };
}
