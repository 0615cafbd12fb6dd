import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../support/databases.ts';

describeOnEachDatabase('transactions', (open) => {
  it('opens', async () => {
    const db = await open();
    expect(await db.read((trx) => trx.selectFrom('users').selectAll().execute())).toEqual([]);
  });
});
