import type { Ddl } from './ddl.ts';

/**
 * Invitations to become a sub-account. Whose account it will be, nobody knows before somebody accepts, and a link cannot
 * be without its child: so an invitation has a row of its own, and the accepted one a link of the same id beside it.
 */
export const umbrella: Ddl = {
  both: [
    // invitee: the slug that was meant, '' for whichever account the invited person chooses; nobody looked whether it is
    // there. *_cap: null is expressly no cap. accepted_account_id: set exactly when accepted.
    `create table sub_invites (
      account_id text not null constraint sub_invites_account references accounts (id),
      id text not null,
      email text not null,
      email_folded text not null,
      invitee text not null default '',
      upload_cap integer constraint sub_invites_upload_cap check (upload_cap >= 0),
      message_cap integer constraint sub_invites_message_cap check (message_cap >= 0),
      first_name text,
      mobile text,
      state text not null constraint sub_invites_state
        check (state in ('invited', 'accepted', 'declined', 'revoked')),
      secret_hash text not null,
      message_id text,
      sponsor_user_id text constraint sub_invites_sponsor_user references users (id),
      sponsor_token_id text constraint sub_invites_sponsor_token references tokens (id),
      batch_id text,
      accepted_account_id text constraint sub_invites_accepted_account references accounts (id),
      accepted_by text,
      sent_at text not null,
      expires_at text not null,
      closed_at text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint sub_invites_sponsor check ((sponsor_user_id is null) <> (sponsor_token_id is null)),
      constraint sub_invites_acceptance check ((state = 'accepted') = (accepted_account_id is not null)),
      constraint sub_invites_closing check ((state = 'invited') = (closed_at is null))
    )`,
    'create unique index sub_invites_secret on sub_invites (secret_hash)',
    // D2, by the account that is meant: the owner of several may be invited with each.
    `create unique index sub_invites_open on sub_invites (account_id, email_folded, invitee)
      where state = 'invited'`,
    'create index sub_invites_by_id on sub_invites (id)',
    // What somebody finds who signs in (umbrella invites).
    `create index sub_invites_by_address on sub_invites (email_folded, id)`,
    'create index sub_invites_by_batch on sub_invites (account_id, batch_id)',
    'create index sub_invites_by_accepted_account on sub_invites (accepted_account_id)',
  ],
};
