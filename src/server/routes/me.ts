import { onPlatform } from '../domain/change.ts';
import { showMe } from '../domain/me.ts';
import type { Handlers } from '../http/bind.ts';

export const me = {
  'me.show': onPlatform('me.show', showMe),
} satisfies Partial<Handlers>;
