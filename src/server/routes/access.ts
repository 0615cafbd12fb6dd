import { onAccount, onPlatform } from '../domain/change.ts';
import { explainAccess } from '../domain/explain.ts';
import { accessMatrix } from '../domain/matrix.ts';
import { whoCan } from '../domain/who-can.ts';
import type { Handlers } from '../http/bind.ts';

export const access = {
  'access.explain': onPlatform('access.explain', explainAccess, ({ body }) => body.account ?? null),
  'access.who_can': onPlatform('access.who_can', whoCan, ({ body }) => body.account),
  'access.matrix': onAccount('access.matrix', accessMatrix),
} satisfies Partial<Handlers>;
