import type { AccountFacts, Standing } from '../../src/server/domain/access.ts';

/** An account as a decision sees it, with a plan that gives a little and nothing due. */
export const held = (of: AccountFacts): Standing['account'] => ({
  ...of,
  terms: {
    entitlements: { managed_accounts: false, umbrella: false, organization: false, team: true },
    limits: {
      seats: 5,
      mails_per_day: 5,
      parsers: 5,
      workspaces: 1,
      uploads_per_month: 5,
      messages_per_month: 5,
    },
  },
  linked: null,
  dueOn: null,
});
