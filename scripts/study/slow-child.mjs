// Entry of a worker that is slower by a known factor, so that the study can ask whether a comparison finds it: it delays
// the tokens that the runtime reports. The factor is stored with the options of the round, which makes them another
// identity: such a result is never compared with a clean one by accident.
import { importRuntime } from '../../dist/worker/runtimes/runtime.js';
import { serveRound } from '../../dist/worker/serve-round.js';

/** 1.05: every token arrives 5 % later. */
const slowdown = Number(process.env.STUDY_SLOWDOWN);
if (!(slowdown >= 1 && slowdown <= 10)) {
  throw new Error(`STUDY_SLOWDOWN=${process.env.STUDY_SLOWDOWN} is not a slowdown: expected a number from 1 to 10`);
}

await serveRound(async (name) => {
  const open = await importRuntime(name);
  return async (options) => slowed(await open(options));
});

/** @param {import('../../src/worker/runtimes/runtime.js').Runtime} runtime @returns {typeof runtime} */
function slowed(runtime) {
  return {
    ...runtime,
    options: { ...runtime.options, studySlowdown: slowdown },
    async generate(prompt, count, onFirstToken) {
      const generation = await runtime.generate(prompt, count, onFirstToken);
      return { ...generation, tokenMs: generation.tokenMs.map((ms) => ms * slowdown) };
    },
  };
}
