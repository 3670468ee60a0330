/** `npm install`: builds the Workers and the console, so that the first start is as quick as any other. */
import { build } from './runtime/build.ts';
import { main, PlainError, step } from './support/terminal.ts';

await main(async () => {
  try {
    await step('Workers and console', build);
  } catch (error) {
    if (!(error instanceof PlainError)) throw error;
    // A mistake in a source is no reason not to install: whoever starts hears of it again.
    console.error(error.message);
  }
});
