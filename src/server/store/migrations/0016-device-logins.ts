import type { Ddl } from './ddl.ts';

/** Sign-ins that wait for somebody to approve them in a browser (RFC 8628). */
export const deviceLogins: Ddl = {
  both: [
    `create table device_logins (
      hash text not null primary key,
      user_code text not null,
      client text,
      address text not null,
      state text not null constraint device_logins_state
        check (state in ('pending', 'approved', 'denied', 'used')),
      user_id text constraint device_logins_user references users (id) on delete cascade,
      asked_at text,
      expires_at text not null,
      created_at text not null,
      constraint device_logins_approved check (state <> 'approved' or user_id is not null)
    )`,
    'create unique index device_logins_code on device_logins (user_code)',
    'create index device_logins_by_end on device_logins (expires_at)',
    'create index device_logins_by_user on device_logins (user_id)',
  ],
};
