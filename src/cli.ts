#!/usr/bin/env node
// edgeproof's door: argv → command → exit code, and the only catch-all. Commands are loaded when they are called,
// so that `--help` answers at once and only `run`'s workers ever load a native library.
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { collect, list, machineName, output, positive, results, whole } from './commands/cli-options.js';
import { addModels } from './commands/models.js';
import { EdgeproofError } from './errors.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

let exitCode = 0;
const program = new Command('edgeproof')
  .description('Does this open-weight model run well on this machine? Measure it: latency, tokens per second, memory.')
  .version(version)
  .exitOverride()
  .addHelpText(
    'after',
    `
Start with:
  edgeproof run                       the quick suite: no download, about a minute
  edgeproof run -p 128,512 -n 64      other prompt and output lengths
  edgeproof compare previous latest   what changed since the suite ran before

Exit codes: 0 fine, 1 the answer is no (a case failed, something got worse), 2 could not answer.`,
  );

program
  .command('run')
  .summary('measure a suite and store the result')
  .description('Runs every case of a suite in fresh worker processes and stores the result after each round.')
  .argument('[suite]', 'name of a suite in benchmarks/, or a JSON file', 'quick')
  .option('-m, --model <models>', 'ids, hub ids (org/name@revision), folders, .onnx, .gguf or config.json files', list)
  .option('--weights <kinds>', 'synthetic or real; by default what the model has', list)
  .option('--layout <layouts>', 'graph layouts of synthetic ONNX weights: tuned, split, published', list)
  .option('--dtype <dtypes>', 'weight formats: fp32, fp16, q8, int8, uint8, q4, q4f16, bnb4 …', list)
  .option('--runtime <names>', 'runtimes: onnxruntime, transformers.js, llama.cpp', list)
  .option('--ep <names>', 'execution providers: cpu, webgpu, cuda, dml, coreml', list)
  .option('-t, --threads <ranges>', 'thread counts: 2, or 1,2, or 1-8*2, or auto')
  .option('--option <name=values>', 'session options, again for others: spinning=off,on or session.xyz=1', collect)
  .option('--memory-limit <sizes>', 'hold workers to this much memory: 2GB, or 512MB,1GB', list)
  .option('--swap-limit <sizes>', 'swap beyond --memory-limit (default: none)', list)
  .option('--cpu-quota <cores>', 'hold workers to this much processor time: 1.5, or 0.5,1', list)
  .option('--cpus <list>', 'let workers run on these processors only: 0,1 or 0-3')
  .option('-p, --prompt <ranges>', 'prompt tokens: 512, or 128,512, or 128-1024*2')
  .option('-n, --new <ranges>', 'generated tokens')
  .option('-d, --depth <ranges>', 'tokens already in the KV cache: 0, or 0-4096+1024')
  .option('--seconds <number>', 'how long a sustained workload runs; from 60 on its curve is shown', whole(1))
  .option('-r, --rounds <number>', 'fresh processes per case; with --target or --budget at least', whole(1))
  .option('--target <percent>', 'go on until half the 95 % interval is this small', positive)
  .option('--budget <seconds>', 'start no further round later than this', positive)
  .option('--iterations <number>', 'timed passes inside a round', whole(1))
  .option('--warmup <number>', 'untimed passes before them, or auto: until they stop getting faster', (text) =>
    text === 'auto' ? text : whole(0)(text),
  )
  .option('--cold', 'evict the checkpoint from the page cache before each round, and prove it')
  .option('--seed <number>', 'seed of prompts and synthetic weights', whole(0))
  .option('--timeout <seconds>', 'longest life of one worker', positive)
  .addOption(
    new Option('--tune <what>', 'search for the best number of threads first, and use it').choices(['threads']),
  )
  .option('--allow-fallback', 'measure also where the CPU computes part of what a GPU was asked for')
  .option('--no-ceilings', 'do not measure what this machine can do at best, before and after')
  .option('--resume [result]', 'go on with an unfinished result, or add rounds with --rounds')
  .addOption(results())
  .addOption(machineName())
  .addOption(output())
  .action(async (suite: string, o) => {
    const [{ run }, { suiteOverrides }] = await Promise.all([
      import('./commands/run.js'),
      import('./commands/suite-overrides.js'),
    ]);
    exitCode = await run(suite, suiteOverrides(o), o);
  });

program
  .command('show')
  .summary('print a stored result')
  .argument('[result]', 'a file, `latest`, `previous`, or part of a file name', 'latest')
  .option('--memory', 'where the memory went, phase by phase')
  .addOption(results())
  .addOption(output())
  .action(async (result: string, o) => {
    exitCode = (await import('./commands/show.js')).show(result, o);
  });

const comparing = (command: Command) =>
  command
    .option(
      '--across <dimensions>',
      'compare although these differ: machine, model, dtype, threads, runtimeVersion …',
      list,
      [],
    )
    .option('--minimum-effect <percent>', "smallest change that counts, instead of each metric's own", positive)
    .addOption(
      new Option('--grade <grade>', 'use rounds of this condition or better (docs/condition.md)')
        .choices(['A', 'B', 'C'])
        .default('B'),
    )
    .addOption(results())
    .addOption(output());

comparing(program.command('compare'))
  .summary('compare two results, case by case')
  .description(
    'Shows what changed from baseline to candidate: only changes that are significant and large enough to matter.',
  )
  .argument('<baseline>', 'a file, `latest`, `previous`, or part of a file name')
  .argument('<candidate>')
  .action(async (baseline: string, candidate: string, o) => {
    exitCode = (await import('./commands/compare.js')).compare(baseline, candidate, o);
  });

comparing(program.command('regress'))
  .summary('fail if the newest result is worse than its baseline')
  .description('A gate for scripts: exit 1 when anything is shown to be worse, 2 when nothing could be compared.')
  .argument('[candidate]', 'a file, `latest`, or part of a file name', 'latest')
  .option('--baseline <result>', 'instead of the newest earlier result of the same suite and machine')
  .action(async (candidate: string, o) => {
    exitCode = (await import('./commands/compare.js')).regress(candidate, o);
  });

addModels(program, (code) => {
  exitCode = code;
});

program
  .command('machine')
  .summary('what edgeproof sees of this computer, and what it can do at best')
  .option('--no-ceilings', 'do not measure read bandwidth, matrix products and storage')
  .option('--self-test', 'measure what edgeproof itself costs a measurement: about three minutes')
  .addOption(machineName())
  .addOption(output())
  .action(async (o) => {
    exitCode = o.selfTest
      ? await (await import('./commands/self-test.js')).selfTest(o)
      : await (await import('./commands/machine.js')).machine(o);
  });

// A closed pipe (`edgeproof show | head -1`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

try {
  await program.parseAsync();
} catch (error) {
  exitCode = report(error);
}
process.exitCode = exitCode;

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof EdgeproofError ? error : null;
  process.stderr.write(`error: ${known?.message ?? (error instanceof Error ? error.stack : String(error))}\n`);
  if (known === null) process.stderr.write('This is a bug in edgeproof; please report it with the lines above.\n');
  else if (known.hint !== null) process.stderr.write(`${known.hint}\n`);
  return known?.code === 'interrupted' ? 130 : 2;
}
