import { onPlatform } from '../domain/change.ts';
import { readEstate } from '../domain/estate.ts';
import type { Handlers } from '../http/bind.ts';

export const estate = {
  'estate.read': onPlatform('estate.read', readEstate),
} satisfies Partial<Handlers>;
