import { describeGuide } from './guide.ts';

describeGuide('docs/onboarding.md');
