// The options of `run` and what they change of a suite. Dimensions are declared from their table.
import { type Command, Option } from 'commander';
import { BOUNDS, MOST_TIMEOUT_SECONDS } from '../contract/bounds.js';
import { GRADES } from '../contract/vocabulary.js';
import { DIMENSION_GROUPS, DIMENSION_NAMES, type DimensionName, dimensionRow } from '../suite/dimensions.js';
import type { DimensionTexts, SuiteOverrides } from '../suite/overrides.js';
import { collect, even, help, machineName, output, positive, results, whole } from './cli-options.js';

/** Values as commander hands them over; dimensions are still texts. */
type RunFlags = SuiteOverrides & { timeout?: number; [dimension: string]: unknown };

export function declareRun(command: Command): Command {
  for (const group of DIMENSION_GROUPS)
    for (const name of DIMENSION_NAMES)
      if (dimensionRow(name).group === group) command.addOption(dimensionOption(name));
  return command
    .optionsGroup('How to run it:')
    .option('--cold', 'evict the checkpoint from the page cache before each round')
    .addOption(new Option('--tune <what>', 'first search for the fastest number of threads').choices(['threads']))
    .option('--allow-fallback', 'accept that the CPU computes a part of what was asked of a GPU')
    .option('--timeout <seconds>', 'stop a round that takes longer', positive(MOST_TIMEOUT_SECONDS))
    .optionsGroup('Rounds and precision:')
    .option(
      '-r, --rounds <number>',
      'fresh processes for each case; with --target or --budget the fewest',
      whole(BOUNDS.rounds),
    )
    .option('--target <percent>', 'plan as many rounds as half the 95 % interval takes to be this small', positive(100))
    .option('--budget <seconds>', 'add no rounds after this time', positive(MOST_TIMEOUT_SECONDS))
    .option('--iterations <number>', 'timed passes in each round', whole(BOUNDS.iterations))
    .option('--warmup <number>', 'passes before the timed ones, or auto: until they stop getting faster', (text) =>
      text === 'auto' ? text : whole(BOUNDS.warmup)(text),
    )
    .option('--seed <number>', 'seed of prompts and synthetic weights', whole(BOUNDS.seed))
    .optionsGroup('Against another configuration, in pairs of rounds:')
    .addOption(
      new Option(
        '--vs <name=value>',
        'what the other side has instead: a dimension such as layout=published,threads=1 or option.spinning=off, or ' +
          'edgeproof or onnxruntime with the folder of another installation; may be repeated',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--margin <percent>', 'slowdown that is tolerated (default: 5, load times and memory more)', positive(1000))
    .option('--pairs <number>', 'pairs of rounds, an even number from 6 on (default: 8)', even(BOUNDS.pairs))
    .addOption(
      new Option('--grade <grade>', 'pairs need rounds of this condition or better (docs/condition.md)')
        .choices(GRADES)
        .default('B'),
    )
    .optionsGroup('Result and output:')
    .option('--resume [result]', 'continue an unfinished result, or add rounds to one with --rounds')
    .option('--no-ceilings', 'skip measuring what this machine can do at best')
    .addOption(results())
    .addOption(machineName())
    .addOption(output())
    .addHelpOption(help());
}

function dimensionOption(name: DimensionName): Option {
  const { short, metavar, help, group, repeatable } = dimensionRow(name);
  const option = new Option(`${short === undefined ? '' : `-${short}, `}--${name} <${metavar}>`, help).helpGroup(group);
  return repeatable === true ? option.argParser(collect) : option;
}

export async function suiteOverrides(flags: RunFlags): Promise<SuiteOverrides> {
  const { readDimensions } = await import('../suite/overrides.js');
  const texts = DIMENSION_NAMES.map((name) => [name, flags[dimensionOption(name).attributeName()]]);
  const { rounds, target, budget, iterations, warmup, cold, seed, timeout } = flags;
  const given = {
    ...readDimensions(Object.fromEntries(texts) as DimensionTexts),
    ...{ rounds, target, budget, iterations, warmup, cold, seed, timeoutSeconds: timeout },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
