// The options of `show`. Those that ask for certain figures are declared from their table.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { MOST_BYTES } from '../contract/bounds.js';
import { bytesOf } from '../contract/limit-text.js';
import { WISHED_METRICS, type Wish, type WishedMetric, wishRow } from '../contract/wishes.js';
import { list, output, results } from './cli-options.js';
import { type FilterOptions, filtering } from './results-filters.js';

export interface ShowOptions extends FilterOptions {
  output: string;
  results: string;
  memory?: boolean;
  machines?: boolean;
  by?: string[];
  /** A word of WISHES. */
  sort?: string;
  [wish: string]: unknown;
}

export function declareShow(command: Command): Command {
  command
    .option('--memory', 'show where the memory went, phase by phase')
    .addOption(results())
    .addOption(output())
    .optionsGroup('Several results in one table:')
    .addOption(new Option('--machines', 'the newest figures of each case on each machine').conflicts('by'))
    .addOption(
      new Option(
        '--by <dimensions>',
        'what columns differ in: machine, result, commit, model, dtype, threads …',
      ).argParser(list),
    )
    .addOption(new Option('--sort <metric>', 'sort cases, the best first').choices(words()));
  filtering(command);
  for (const metric of WISHED_METRICS) command.addOption(wishOption(wishRow(metric)));
  return command;
}

function words(): string[] {
  return WISHED_METRICS.map((metric) => wishRow(metric).word);
}

export function wishedMetric(word: string): WishedMetric {
  return WISHED_METRICS.find((metric) => wishRow(metric).word === word)!;
}

export function wishesOf(options: ShowOptions): { metric: WishedMetric; limit: number }[] {
  return WISHED_METRICS.flatMap((metric) => {
    const limit = options[wishOption(wishRow(metric)).attributeName()];
    return limit === undefined ? [] : [{ metric, limit: limit as number }];
  });
}

function wishOption({ bound, word, metavar, help }: Wish): Option {
  return new Option(`--${bound}-${word} <${metavar}>`, help).argParser(READERS[metavar]);
}

const READERS: Record<Wish['metavar'], (text: string) => number> = {
  'tok/s'(text) {
    const rate = Number(text);
    if (rate > 0 && Number.isFinite(rate)) return rate;
    throw new InvalidArgumentError('expected tokens a second, such as 10.');
  },
  time(text) {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
    if (Number(amount) > 0) return Number(amount) * (unit === 's' ? 1000 : 1);
    throw new InvalidArgumentError('expected a time such as 500ms or 2s.');
  },
  size(text) {
    const bytes = bytesOf(text);
    if (bytes !== null && bytes > 0 && bytes <= MOST_BYTES) return bytes;
    throw new InvalidArgumentError('expected a size such as 800MB or 2GB.');
  },
};
