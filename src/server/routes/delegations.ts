import { onAccount } from '../domain/change.ts';
import { createDelegation, listDelegations, revokeDelegation } from '../domain/delegations.ts';
import type { Handlers } from '../http/bind.ts';

export const delegations = {
  'delegations.list': onAccount('delegations.list', listDelegations),
  'delegations.create': onAccount('delegations.create', createDelegation),
  'delegations.revoke': onAccount('delegations.revoke', revokeDelegation),
} satisfies Partial<Handlers>;
