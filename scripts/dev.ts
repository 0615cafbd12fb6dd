// Runs the tool from source, without a build: npm run dev -- accounts list
import { main } from '../src/main.ts';

await main(process.argv.slice(2));
