import type { Handlers } from '../http/bind.ts';
import { catalogue } from './catalogue.ts';

/** Every operation has its handler here: one without does not compile. */
export const handlers = { ...catalogue } satisfies Partial<Handlers>;
