import { expect, it } from 'vitest';
import { type OperationId, operationIds, operationOf } from '../../../src/contract/operations.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { type Request, type TestServer } from '../../support/server.ts';
import { buildWorld, requests, type Target } from '../matrix.world.ts';
import { dumpOf } from './dump.ts';

const operations = operationIds.filter((id) => operationOf(id).dry_run);
const safe = operationIds.filter((id) => operationOf(id).safe);

/** Refusals that are right for the world's target; every other dry run must have gone through. */
const mayRefuse: readonly OperationId[] = [
  // Their secrets are in nobody's hands here.
  'invites.preview',
  'umbrella_invites.preview',
  'auth.device_preview',
  // With what they need they are tried where they are at home: sub-accounts.test.ts, forms-roles.test.ts.
  'umbrella_invites.accept',
  'forms.share',
];

async function send<Id extends OperationId>(
  server: TestServer,
  id: Id,
  target: Target,
  token: string,
  dry: boolean,
) {
  const request: Request<Id> = requests[id](target);
  const query = { ...request.query, ...(dry && { dry_run: true }) };
  return await server.call(id, {
    ...request,
    query,
    token,
    headers: { ...request.headers, 'idempotency-key': `dry-${id}` },
  });
}

describeOnEachDatabase('a dry run', (open) => {
  it('leaves every table as it was, keys, outbox and audit included', async () => {
    const { server, targets } = await buildWorld({ database: await open() });
    const went: string[] = [];
    for (const target of targets.filter(({ name }) => name !== 'platform')) {
      const tokens = [target.admin, target.callers.get('staff'), target.callers.get('master_admin')];
      const before = await dumpOf(server.database);
      for (const id of [...operations, ...safe]) {
        for (const token of tokens.filter((one) => typeof one === 'string')) {
          const { status } = await send(server, id, target, token, operations.includes(id));
          expect(status, `${id} in ${target.name}`).toBeLessThan(500);
          if (status < 300) went.push(id);
        }
        // Compared after each, so that a failure names its operation.
        expect({ id, dump: await dumpOf(server.database) }).toEqual({ id, dump: before });
      }
    }
    expect([...operations, ...safe].filter((id) => !went.includes(id) && !mayRefuse.includes(id))).toEqual(
      [],
    );
  });

  it('does not use up an Idempotency-Key, nor read one', async () => {
    const { server, targets } = await buildWorld({ database: await open() });
    const [, target] = targets;
    if (!target) throw new Error('no target');
    const dry = await send(server, 'invites.resend_many', target, target.admin, true);
    const real = await send(server, 'invites.resend_many', target, target.admin, false);
    const again = await send(server, 'invites.resend_many', target, target.admin, true);
    expect([dry, real, again].map(({ headers }) => headers['idempotency-replayed'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
