import type { Answer } from '../../contract/shapes.ts';
import type { Column } from '../../output/columns.ts';

export type UsageResult = Answer<'usage.record'>['results'][number];

export const resultColumns: readonly Column<UsageResult>[] = [
  { header: 'ACCOUNT', value: ({ account }) => account },
  { header: 'KEY', value: ({ key }) => key },
  { header: 'OUTCOME', value: ({ outcome }) => outcome },
  { header: 'DETAIL', value: ({ detail }) => detail },
];
