import type { Ddl } from './ddl.ts';

/** What a delegation is beside its token (D15): whose person it is in the account, and what it hangs on. */
export const delegations: Ddl = {
  both: [
    // The session or token that opened it has no foreign key: when that is swept away, the delegation has ended anyway.
    // revoked_by: who ended it before its time; a revoked token without it ended with what it hung on.
    `create table delegations (
      account_id text not null constraint delegations_account references accounts (id),
      id text not null constraint delegations_token references tokens (id),
      master_id text not null,
      link_id text not null,
      mode text not null constraint delegations_mode check (mode in ('full', 'read_only')),
      session_id text,
      opening_token_id text,
      revoked_by text,
      created_at text not null,
      primary key (account_id, id),
      constraint delegations_link foreign key (master_id, link_id) references links (parent_id, id),
      constraint delegations_opened check ((session_id is null) <> (opening_token_id is null))
    )`,
    // All of a link, and of a master. Those of a person are found by tokens_by_user.
    'create index delegations_by_link on delegations (master_id, link_id)',
  ],
};
