import { describeGuide } from './guide.ts';

describeGuide('docs/three-environments.md');
