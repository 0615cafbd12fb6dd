import { onPlatform, onPlatformPrepared } from '../domain/change.ts';
import { showMe } from '../domain/me.ts';
import { deleteMe, prepareDelete, prepareUpdate, updateMe } from '../domain/me-changes.ts';
import type { Handlers } from '../http/bind.ts';

export const me = {
  'me.show': onPlatform('me.show', showMe),
  'me.update': onPlatformPrepared('me.update', prepareUpdate, updateMe),
  'me.delete': onPlatformPrepared('me.delete', prepareDelete, deleteMe),
} satisfies Partial<Handlers>;
