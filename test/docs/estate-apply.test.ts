import { describeGuide } from './guide.ts';

describeGuide('docs/estate-apply.md');
