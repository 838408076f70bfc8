// The verb `results`: its subcommands and their options. Each is loaded when it is called.
import type { Command } from 'commander';
import { results as directory, output } from './cli-options.js';
import { filtering } from './results-filters.js';

/** `finish` receives the exit code. */
export function addResults(program: Command, finish: (code: number) => void): void {
  const results = program
    .command('results')
    .summary('list what is stored here, and verify it')
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
}
