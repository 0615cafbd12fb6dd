import type { Handlers } from '../http/bind.ts';
import { auth } from './auth.ts';
import { catalogue } from './catalogue.ts';
import { me } from './me.ts';

/** Every operation has its handler here: one without does not compile. */
export const handlers = { ...auth, ...catalogue, ...me } satisfies Partial<Handlers>;
