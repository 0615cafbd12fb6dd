import type { Ddl } from './ddl.ts';

/**
 * Accounts and what belongs to them. An account's id is the first part of every child's key, and references
 * between children are composite, so that no row can point into another tenant (D22).
 */
export const accounts: Ddl = {
  both: [
    `create table accounts (
      id text not null primary key,
      kind text not null constraint accounts_kind check (kind in ('personal', 'standard', 'organization')),
      slug text not null,
      name text not null,
      state text not null constraint accounts_state
        check (state in ('provisioning', 'active', 'suspended', 'gone')),
      suspended_by text constraint accounts_suspended_by check (suspended_by in ('staff', 'master')),
      suspended_reason text,
      plan text not null,
      managed_accounts text not null default 'locked' constraint accounts_managed_accounts
        check (managed_accounts in ('locked', 'unlocked', 'trial')),
      trial_ends_at text,
      owner_user_id text constraint accounts_owner_user references users (id),
      labels text not null default '{}',
      mail_preferences text not null default '{}',
      created_by text,
      gone_at text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      constraint accounts_owned check ((kind = 'personal') = (owner_user_id is not null)),
      constraint accounts_suspension check ((state = 'suspended') = (suspended_by is not null)),
      constraint accounts_trial check ((managed_accounts = 'trial') = (trial_ends_at is not null)),
      constraint accounts_end check ((state = 'gone') = (gone_at is not null))
    )`,
    `create unique index accounts_slug on accounts (slug) where state <> 'gone'`,
    `create unique index accounts_owner on accounts (owner_user_id) where state <> 'gone'`,

    // D17. scope is 'accounts', or an account's id for the slugs of its workspaces.
    `create table retired_slugs (
      scope text not null,
      slug text not null,
      target_id text not null,
      free_at text not null,
      created_at text not null,
      primary key (scope, slug)
    )`,

    `create table links (
      parent_id text not null constraint links_parent references accounts (id),
      id text not null,
      child_id text not null constraint links_child references accounts (id),
      kind text not null constraint links_kind check (kind in ('managed', 'sub')),
      state text not null constraint links_state
        check (state in ('invited', 'active', 'ended', 'declined', 'revoked', 'expired')),
      ended_at text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (parent_id, id),
      constraint links_self check (parent_id <> child_id)
    )`,
    'create index links_by_id on links (id)',
    `create unique index links_active_parent on links (child_id) where state = 'active'`,
    'create index links_by_child on links (child_id, id)',

    `create table members (
      account_id text not null constraint members_account references accounts (id),
      id text not null,
      user_id text not null constraint members_user_fk references users (id),
      role text not null constraint members_role
        check (role in ('owner', 'admin', 'user', 'super_admin', 'billing_admin', 'member')),
      state text not null constraint members_state check (state in ('active', 'deactivated')),
      modules text not null default '[]',
      joined_at text not null,
      last_active_at text,
      deactivated_at text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id),
      constraint members_deactivation check ((state = 'deactivated') = (deactivated_at is not null))
    )`,
    'create unique index members_user on members (account_id, user_id)',
    'create index members_by_user on members (user_id, account_id)',
    // Counts seats and finds the administrators (D7) without reading the members.
    'create index members_by_role on members (account_id, state, role)',

    // R14: a grant dies with its member and with its link.
    `create table member_children (
      account_id text not null,
      member_id text not null,
      link_id text not null,
      created_at text not null,
      primary key (account_id, member_id, link_id),
      constraint member_children_member foreign key (account_id, member_id)
        references members (account_id, id) on delete cascade,
      constraint member_children_link foreign key (account_id, link_id)
        references links (parent_id, id) on delete cascade
    )`,
    'create index member_children_by_link on member_children (account_id, link_id)',

    `create table workspaces (
      account_id text not null constraint workspaces_account references accounts (id),
      id text not null,
      slug text not null,
      name text not null,
      created_by text,
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, id)
    )`,
    'create unique index workspaces_slug on workspaces (account_id, slug)',

    // R30: who leaves the account leaves its workspaces.
    `create table workspace_members (
      account_id text not null,
      workspace_id text not null,
      member_id text not null,
      role text not null constraint workspace_members_role
        check (role in ('viewer', 'operator', 'developer', 'workspace_admin')),
      revision integer not null default 1,
      created_at text not null,
      updated_at text not null,
      primary key (account_id, workspace_id, member_id),
      constraint workspace_members_workspace foreign key (account_id, workspace_id)
        references workspaces (account_id, id) on delete cascade,
      constraint workspace_members_member foreign key (account_id, member_id)
        references members (account_id, id) on delete cascade
    )`,
    'create index workspace_members_by_member on workspace_members (account_id, member_id)',

    // Removed members leave the table, so a token names user and account, and their removal revokes it (D8).
    `create table tokens (
      id text not null primary key,
      hash text not null,
      kind text not null constraint tokens_kind check (kind in ('user', 'api', 'staff', 'meter', 'key', 'dlg')),
      owner text not null constraint tokens_owner check (owner in ('user', 'member', 'account')),
      session_id text constraint tokens_session references sessions (id) on delete cascade,
      user_id text constraint tokens_user references users (id),
      account_id text constraint tokens_account references accounts (id),
      workspace_id text,
      name text,
      role text,
      modules text not null default '[]',
      reason text,
      created_by text,
      state text not null constraint tokens_state check (state in ('active', 'revoked')),
      revoked_at text,
      expires_at text not null,
      last_used_at text,
      created_at text not null,
      updated_at text not null,
      revision integer not null default 1,
      constraint tokens_workspace foreign key (account_id, workspace_id)
        references workspaces (account_id, id) on delete cascade,
      constraint tokens_owned check (
        (owner <> 'user' or user_id is not null)
        and (owner <> 'member' or (user_id is not null and account_id is not null))
        and (owner <> 'account' or account_id is not null)),
      constraint tokens_session_kind check ((kind = 'user') = (session_id is not null)),
      constraint tokens_revocation check ((state = 'revoked') = (revoked_at is not null))
    )`,
    'create unique index tokens_hash on tokens (hash)',
    'create index tokens_by_session on tokens (session_id)',
    'create index tokens_by_user on tokens (user_id, id)',
    'create index tokens_by_account on tokens (account_id, id)',

    `create table address_rules (
      account_id text not null constraint address_rules_account references accounts (id),
      domain text not null,
      verdict text not null constraint address_rules_verdict check (verdict in ('allow', 'deny')),
      created_at text not null,
      primary key (account_id, domain)
    )`,
  ],
};
