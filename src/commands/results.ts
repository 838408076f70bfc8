// The verb `results`: its subcommands and their options. Each is loaded when it is called.
import { type Command, Option } from 'commander';
import { DTYPE_NAMES } from '../contract/dtypes.js';
import { EXPORT_FORMATS } from '../contract/vocabulary.js';
import { results as directory, name, output } from './cli-options.js';
import { filtering } from './results-filters.js';

/** `finish` receives the exit code. */
export function addResults(program: Command, finish: (code: number) => void): void {
  const results = program
    .command('results')
    .summary('list what is stored here; verify, import, export it')
    .description('Lists stored results, the newest first. Without a subcommand: list.');
  filtering(results.command('list', { isDefault: true }))
    .summary('list stored results: date, machine, suite, commit, cases, grades')
    .argument('[results...]', 'files, folders, machines, patterns, git revisions (default: all)')
    .addOption(directory())
    .addOption(output())
    .action(async (names: string[], o) => finish((await import('./results-list.js')).listStored(names, o)));
  results
    .command('verify')
    .summary('check every stored result against its schema, identity and ceilings')
    .description('For the checks of a repository of results: exit code 1 if any result is not what it claims to be.')
    .argument('[results...]', 'as of list (default: all)')
    .addOption(directory())
    .addOption(output())
    .action(async (names: string[], o) => finish((await import('./results-verify.js')).verifyResults(names, o)));
  results
    .command('import')
    .summary('store what llama-bench measured among the results here')
    .description('Reads what llama-bench, or that of a fork, prints with -o json or -o jsonl (docs/exchange.md).')
    .argument('<files...>', 'files of llama-bench')
    .addOption(
      new Option('--machine <name>', 'the machine that it ran on (default: from its processor and GPU)').argParser(
        name,
      ),
    )
    .option('--model <name>', 'what the model is called here (default: the name of its file)')
    .addOption(
      new Option('--dtype <dtype>', 'weight format (default: from what the file says of the model)').choices(
        DTYPE_NAMES,
      ),
    )
    .addOption(directory())
    .action(async (files: string[], o) => finish((await import('./results-import.js')).importResults(files, o)));
  results
    .command('export')
    .summary('print results in a format of another tool')
    .description('Prints rows for tables, or one value of each case and metric for tools that follow them.')
    .argument('[results...]', 'as of list (default: latest)')
    .addOption(new Option('--format <format>', 'the format').choices(EXPORT_FORMATS).default('jsonl'))
    .addOption(
      new Option('--better <direction>', 'for github-action-benchmark: only figures of this direction').choices([
        'higher',
        'lower',
      ]),
    )
    .addOption(directory())
    .action(async (names: string[], o) => finish((await import('./results-export.js')).exportResults(names, o)));
}
