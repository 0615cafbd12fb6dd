import { expect, it } from 'vitest';
import { problem } from '../../src/contract/common.ts';
import { changes, type OperationId, operationIds, operationOf } from '../../src/contract/operations.ts';
import { pathParams } from '../../src/contract/shapes.ts';
import { accessTable } from '../../src/server/domain/access-table.ts';
import { describeOnEachDatabase, type OpenDatabase } from '../support/databases.ts';
import { type Reply, type Request, startServer, type TestServer } from '../support/server.ts';
import { buildWorld, requests, rollingBack, type Target } from './matrix.world.ts';

/** Who tries: an administrator of the master, the same read-only, and a user whom it granted the account. */
const callers = ['delegation', 'delegation_read_only', 'delegation_granted'] as const;
type Caller = (typeof callers)[number];

const namesAccount = (id: OperationId): boolean =>
  pathParams(id).includes('account') || id === 'tokens.create' || id === 'accounts.create';

interface Outcome {
  readonly place: string;
  readonly id: OperationId;
  readonly caller: Caller;
  readonly code: string;
  readonly ok: boolean;
}

const allowed = (id: OperationId): boolean => 'delegated' in accessTable[id];

function codeOf({ status, body }: Reply): string {
  return status < 400 ? String(status) : `${status} ${problem.parse(body).code}`;
}

function send<Id extends OperationId>(server: TestServer, id: Id, target: Target, token: string) {
  const request: Request<Id> = requests[id](target);
  return server.call(id, { ...request, token });
}

/** Every operation of the contract on every place, by every kind of delegation into acme-dev; nothing of it stays. */
async function outcomes(open: OpenDatabase): Promise<Outcome[]> {
  const world = await buildWorld({ database: await open() });
  const { deps, database, clock } = world.server;
  const transactions = rollingBack(deps.transactions);
  const server = await startServer({ database, setup: { dev: true }, deps: { transactions, clock } });
  const target = (name: string) => {
    const found = world.targets.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the world has no ${name}`);
    return found;
  };
  const self = target('managed');
  const places: readonly (readonly [string, Target])[] = [
    ['no account', target('platform')],
    ['self', self],
    ['master', target('master')],
    ['sibling', world.sibling],
  ];
  const done: Outcome[] = [];
  for (const [place, where] of places) {
    for (const id of operationIds) {
      const here = place === 'no account' ? !pathParams(id).includes('account') : namesAccount(id);
      if (!here) continue;
      for (const caller of callers) {
        const reply = await send(server, id, where, self.callers.get(caller) ?? '');
        done.push({ place, id, caller, code: codeOf(reply), ok: reply.status < 400 });
      }
    }
  }
  return done;
}

function table(done: readonly Outcome[]): string {
  const width = Math.max(...operationIds.map((id) => id.length));
  const line = (first: string, cells: readonly string[]) =>
    [first.padEnd(width), ...cells.map((cell) => cell.padEnd(24))].join('  ').trimEnd();
  const sections = [...Map.groupBy(done, ({ place }) => place)].map(([place, all]) => {
    const rows = [...Map.groupBy(all, ({ id }) => id)].map(([id, some]) =>
      line(
        id,
        some.map(({ code }) => code),
      ),
    );
    return [`== ${place}`, '', line('', callers), ...rows, ''].join('\n');
  });
  return sections.join('\n');
}

describeOnEachDatabase('a delegated token, tried against every operation', (open) => {
  it('may what was agreed, reaches neither master nor sibling, and read-only changes nothing', async () => {
    const done = await outcomes(open);
    await expect(table(done)).toMatchFileSnapshot('../golden/delegation-matrix.txt');
    const outside = done.filter(({ place, id }) => ['master', 'sibling'].includes(place) && namesAccount(id));
    // A token of one's own is refused before it matters for which account.
    const reached = outside.filter(({ id, code }) => code !== '404 not_found' && id !== 'tokens.create');
    expect(reached).toEqual([]);
    const beyond = done.filter(({ id, ok }) => ok && !allowed(id));
    expect(beyond).toEqual([]);
    const byReadOnly = done.filter(
      ({ id, ok, caller }) => ok && caller === 'delegation_read_only' && changes(operationOf(id)),
    );
    expect(byReadOnly.map(({ id }) => id)).toEqual(['auth.logout']);
  }, 120_000);
});
