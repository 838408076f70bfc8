#!/usr/bin/env node
// The entry point: argv → command → exit code, and the only catch-all. Commands are loaded when they are called, so that
// `--help` answers at once and only workers load native libraries.
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help, Option } from 'commander';
import { help, list, machineName, output, pair, positive, results } from './commands/cli-options.js';
import { declareFit } from './commands/fit-options.js';
import { addModels } from './commands/models.js';
import { addResults } from './commands/results.js';
import { filtering } from './commands/results-filters.js';
import { declareRun, suiteOverrides } from './commands/run-options.js';
import { declareShow } from './commands/show-options.js';
import { interruptedExitCode } from './commands/signals.js';
import { surviveLostOutput } from './commands/streams.js';
import { MOST_PERCENT } from './contract/bounds.js';
import { CHART_NAMES } from './contract/chart-names.js';
import { CONFIRMED, GRADES } from './contract/vocabulary.js';
import { EdgeproofError, refusalOf } from './errors.js';
import { printable } from './report/printable.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

let exitCode = 0;
/** Verbs answer on stdout; the answer of a run is stored as well. */
let isStored = false;
let isCutOff = false;
surviveLostOutput((reason) => {
  isCutOff = true;
  process.stderr.write(`error: stdout: ${reason}; what was printed is incomplete\n`);
});
process.once('exit', () => {
  process.exitCode = exitCode === 0 && isCutOff && !isStored ? 2 : exitCode;
});
const finish = (code: number) => {
  exitCode = code;
};
const program = new Command('edgeproof')
  .description('Does this open-weight model run well on this machine? Measure it: latency, tokens per second, memory.')
  .version(version, '-V, --version', 'show the version')
  .addHelpOption(help())
  .exitOverride()
  .configureHelp({ subcommandTerm: (command) => new Help().subcommandTerm(command).replace(' [options]', '') })
  .helpCommand('help [command]', 'show the help of a command')
  .addHelpText(
    'after',
    `
Start with:
  edgeproof run                       the quick suite: no download, one minute
  edgeproof run -p 128,512 -n 64      other prompt and output lengths
  edgeproof compare previous latest   what changed since the last run
  edgeproof <command> --help          the options of a command

Exit codes: 0 fine; 1 the answer is no (a case failed, something got worse);
2 could not answer.`,
  );

program.commandsGroup('Measure:');
declareRun(program.command('run'))
  .summary('measure a suite and store the result')
  .description('Runs every case of a suite in fresh worker processes and stores the result after each round.')
  .argument('[suite]', 'name of a suite in benchmarks/, or a JSON file', 'quick')
  .action(async (suite: string, o) => {
    const { run } = await import('./commands/run.js');
    exitCode = await run(suite, await suiteOverrides(o), o);
    isStored = true;
  });

program.commandsGroup('Look at results:');
declareShow(program.command('show'))
  .summary('print a stored result, or several side by side')
  .argument(
    '[results...]',
    'files, `latest`, `previous`, machines, parts of file names, or any at a git revision (default: `latest`; of tables all)',
  )
  .action(async (names: string[], o) => finish((await import('./commands/show.js')).show(names, o)));

filtering(program.command('report'))
  .summary('write results as one HTML page, or draw one chart')
  .description(
    'Writes one HTML file that needs no network: verdict, charts with their tables, and where each number is from.',
  )
  .argument('[results...]', 'files, folders, machines, patterns, or parts of file names (default: all results)')
  .option('--to <file>', 'the file to write (default: edgeproof-report.html; svg and json are printed)')
  .option('--chart <name>', `with -o svg: ${CHART_NAMES.join(', ')}`)
  .addOption(results())
  .addOption(new Option('-o, --output <format>', 'html, svg or json').default('html'))
  .action(async (names: string[], o) => finish((await import('./commands/report.js')).report(names, o)));
filtering(program.command('history'))
  .summary('show how cases went over dates and commits, and where a level moved')
  .description('A line for each case, machine and metric; of a single one, every point (docs/history.md).')
  .argument(
    '[cases...]',
    'models, words of labels such as "tuned pp512", parts of case ids, or patterns (default: all)',
  )
  .addOption(
    new Option('--metric <names>', 'decode, prefill, memory, ttft … (default: decode, prefill, time)').argParser(list),
  )
  .addOption(results())
  .addOption(output())
  .action(async (cases: string[], o) => finish((await import('./commands/history.js')).history(cases, o)));

const comparing = (command: Command) =>
  command
    .addOption(
      new Option('--across <dimensions>', 'compare cases although these differ: machine, model, dtype, threads …')
        .argParser(list)
        .default([], 'none'),
    )
    .addOption(
      new Option('--pair <name=a:b>', 'compare the cases of value a in the baseline with those of b in the candidate')
        .argParser(pair)
        .default([], 'none'),
    )
    .option('--allow-missing', 'do not fail where the candidate lacks cases of the baseline')
    .option(
      '--minimum-effect <percent>',
      'smallest change that counts (default: as the suite says, else by metric)',
      positive(MOST_PERCENT),
    )
    .addOption(
      new Option('--grade <grade>', 'use only rounds of this condition or better (docs/condition.md)')
        .choices(GRADES)
        .default('B'),
    )
    .addOption(results())
    .addOption(output());

comparing(program.command('compare'))
  .summary('compare results with a baseline, case by case')
  .description('Shows the changes from baseline to candidate that are significant and large enough to matter.')
  .argument('<baseline>', 'a file, `latest`, `previous`, or part of a file name; `main..HEAD` names both sides')
  .argument('[candidates...]', 'as above, one or more')
  .action(async (baseline: string, candidates: string[], o) =>
    finish((await import('./commands/compare.js')).compare([baseline, ...candidates], o)),
  );

comparing(program.command('regress'))
  .summary('fail if the newest result is worse than the one before')
  .description('For scripts: exit code 1 if anything is shown to be worse, 2 if nothing could be compared.')
  .argument('[candidate]', 'a file, `latest`, or part of a file name', 'latest')
  .option(
    '--baseline <result>',
    'what to compare with (default: the newest earlier result of the same suite and machine)',
  )
  .addOption(
    new Option('--confirm [what]', 'run both sides again in pairs of rounds, which then decide: alerts, or all cases')
      .choices(CONFIRMED)
      .preset('alerts'),
  )
  .option('--junit <file>', 'also write the findings as JUnit XML')
  .option('--baseline-install <folder>', 'with --confirm: another version of edgeproof, which runs the baseline')
  .addOption(machineName())
  .action(async (candidate: string, o) => finish(await (await import('./commands/regress.js')).regress(candidate, o)));

addResults(program, finish);

program.commandsGroup('Models and this machine:');
declareFit(program.command('fit'))
  .summary('would it run here, or on a device, and well enough?')
  .description(
    'Predicts speed and memory of models before anything is downloaded, on this machine or a device, and says which uses that serves (docs/fit.md).',
  )
  .argument('[models...]', 'ids of models.json, hub ids whose files are here, folders or config.json files')
  .action(async (models: string[], o) => finish((await import('./commands/fit.js')).fit(models, o)));
addModels(program, finish);

program
  .command('machine')
  .summary('describe this computer, and measure what it can do at best')
  .option('--no-ceilings', 'do not measure read bandwidth, matrix products and storage')
  .option('--self-test', 'measure how much edgeproof itself disturbs a measurement (three minutes)')
  .addOption(machineName())
  .addOption(output())
  .action(async (o) => {
    exitCode = o.selfTest
      ? await (await import('./commands/self-test.js')).selfTest(o)
      : await (await import('./commands/machine.js')).machine(o);
  });

try {
  await program.parseAsync();
} catch (error) {
  exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof EdgeproofError ? error : refusalOf(error);
  const message = known?.message ?? (error instanceof Error ? error.stack : null) ?? String(error);
  process.stderr.write(`error: ${printable(message)}\n`);
  if (known === null) process.stderr.write('This is a bug in edgeproof; please report it with the lines above.\n');
  else if (known.hint !== null) process.stderr.write(`${printable(known.hint)}\n`);
  return known?.code === 'interrupted' ? interruptedExitCode() : 2;
}
