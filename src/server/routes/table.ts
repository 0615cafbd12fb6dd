import type { Handlers } from '../http/bind.ts';
import { access } from './access.ts';
import { accounts } from './accounts.ts';
import { auth } from './auth.ts';
import { billing } from './billing.ts';
import { catalogue } from './catalogue.ts';
import { contacts } from './contacts.ts';
import { credits } from './credits.ts';
import { delegations } from './delegations.ts';
import { dev } from './dev.ts';
import { estate } from './estate.ts';
import { forms } from './forms.ts';
import { invites } from './invites.ts';
import { me } from './me.ts';
import { members } from './members.ts';
import { parsers } from './parsers.ts';
import { records } from './records.ts';
import { staff } from './staff.ts';
import { tokens } from './tokens.ts';
import { umbrella } from './umbrella.ts';
import { workspaces } from './workspaces.ts';

/** Every operation has its handler here: one without does not compile. */
export const handlers = {
  ...auth,
  ...catalogue,
  ...billing,
  ...credits,
  ...invites,
  ...me,
  ...accounts,
  ...delegations,
  ...members,
  ...umbrella,
  ...workspaces,
  ...parsers,
  ...contacts,
  ...forms,
  ...records,
  ...tokens,
  ...staff,
  ...access,
  ...estate,
  ...dev,
} satisfies Handlers;
