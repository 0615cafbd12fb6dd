import type { Store } from './store.ts';

const AT = '2026-01-05T09:00:00.000Z';
const id = (prefix: string) => `'${prefix}_' || printf('%026d', n)`;

/** Members by the thousand, straight into the database: inviting and accepting them is measured elsewhere. The same people in every account. */
export async function seedMembers(store: Store, account: string, members: number): Promise<void> {
  const numbers = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${members})`;
  await store.run(`begin;
    ${numbers} insert into users (id, email, email_folded, name, state, created_at, updated_at)
      select ${id('usr')}, 'seeded.' || n || '@example.com', 'seeded.' || n || '@example.com', 'Seeded ' || n, 'active',
        '${AT}', '${AT}' from numbers where true on conflict do nothing;
    ${numbers} insert into members (account_id, id, user_id, role, state, modules, joined_at, created_at, updated_at)
      select '${account}', ${id('mbr')}, ${id('usr')}, 'user', 'active', '["forms"]', '${AT}', '${AT}', '${AT}' from numbers;
    commit`);
}
