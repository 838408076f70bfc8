// The options of `run` and what they change of a suite. Dimensions are declared from their table.
import { type Command, Option } from 'commander';
import { DIMENSION_GROUPS, DIMENSION_NAMES, type DimensionName, dimensionRow } from '../suite/dimensions.js';
import type { DimensionTexts, SuiteOverrides } from '../suite/overrides.js';
import type { WarmUp } from '../suite/warm-up.js';
import { collect, machineName, output, positive, results, whole } from './cli-options.js';

/** Values as commander hands them over; dimensions are still texts. */
export interface RunFlags {
  rounds?: number;
  target?: number;
  budget?: number;
  iterations?: number;
  warmup?: WarmUp;
  cold?: boolean;
  seed?: number;
  timeout?: number;
  [dimension: string]: unknown;
}

export function declareRun(command: Command): Command {
  const rounds = 'Rounds and precision:';
  const rules = 'Rules of the run:';
  const stored = 'Output:';
  for (const group of DIMENSION_GROUPS)
    for (const name of DIMENSION_NAMES)
      if (dimensionRow(name).option.group === group) command.addOption(dimensionOption(name));
  return command
    .optionsGroup(rounds)
    .option('-r, --rounds <number>', 'fresh processes for each case; the fewest, beside --target or --budget', whole(1))
    .option('--target <percent>', 'add rounds until half the 95 % interval is this small', positive)
    .option('--budget <seconds>', 'start no added round after this time', positive)
    .option('--iterations <number>', 'timed passes in each round', whole(1))
    .option('--warmup <number>', 'untimed passes before them; auto: until they stop getting faster', (text) =>
      text === 'auto' ? text : whole(0)(text),
    )
    .option('--seed <number>', 'seed of prompts and of synthetic weights', whole(0))
    .optionsGroup(rules)
    .option('--cold', 'empty the page cache of the checkpoint before each round, and verify that it is')
    .option('--timeout <seconds>', 'longest time that a round may take', positive)
    .addOption(
      new Option('--tune <what>', 'first search for the best number of threads, and use it').choices(['threads']),
    )
    .option('--allow-fallback', 'accept that the CPU computes a part of what a GPU was asked for')
    .option('--no-ceilings', 'do not measure the best that this machine can do before and after')
    .option('--resume [result]', 'continue an unfinished result, or add rounds with --rounds')
    .optionsGroup(stored)
    .addOption(results())
    .addOption(machineName())
    .addOption(output());
}

function dimensionOption(name: DimensionName): Option {
  const { short, metavar, help, group, repeatable } = dimensionRow(name).option;
  const option = new Option(`${short === undefined ? '' : `-${short}, `}--${name} <${metavar}>`, help).helpGroup(group);
  return repeatable === true ? option.argParser(collect) : option;
}

export async function suiteOverrides(flags: RunFlags): Promise<SuiteOverrides> {
  const { readDimensions } = await import('../suite/overrides.js');
  const texts = DIMENSION_NAMES.map((name) => [name, flags[attributeOf(name)]]);
  const { rounds, target, budget, iterations, warmup, cold, seed, timeout } = flags;
  const given = {
    ...readDimensions(Object.fromEntries(texts) as DimensionTexts),
    ...{ rounds, target, budget, iterations, warmup, cold, seed, timeoutSeconds: timeout },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** `memory-limit` → `memoryLimit`, as commander names the values of options. */
function attributeOf(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
