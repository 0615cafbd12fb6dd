import { describeGuide } from './guide.ts';

describeGuide('docs/umbrella.md');
