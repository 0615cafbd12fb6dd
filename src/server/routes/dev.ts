import { onPlatform } from '../domain/change.ts';
import { listCapturedMail, listMessages, setClock, showClock } from '../domain/dev.ts';
import type { Handlers } from '../http/bind.ts';

export const dev = {
  'dev.mail': onPlatform('dev.mail', listCapturedMail),
  'dev.messages': onPlatform('dev.messages', listMessages),
  'dev.clock': onPlatform('dev.clock', showClock),
  'dev.clock_set': onPlatform('dev.clock_set', setClock),
} satisfies Partial<Handlers>;
