// The verb `models`: its subcommands and their options. Each is loaded when it is called.
import { type Command, Option } from 'commander';
import { BOUNDS } from '../contract/bounds.js';
import { SYNTHETIC_DTYPES } from '../contract/dtypes.js';
import { LAYOUT_NAMES } from '../contract/layouts.js';
import { ROUTINGS, WEIGHTS } from '../contract/vocabulary.js';
import { list, machineName, output, results, whole } from './cli-options.js';

const layout = () =>
  new Option('--layout <layout>', 'layout of a synthetic checkpoint (docs/checkpoints.md)').choices(LAYOUT_NAMES);
const weights = () => new Option('--weights <kind>', 'only weights of this kind').choices(WEIGHTS);
const dtype = () => new Option('--dtype <dtype>', 'weight format').choices(SYNTHETIC_DTYPES);

/** `finish` receives the exit code. */
export function addModels(program: Command, finish: (code: number) => void): void {
  const models = program
    .command('models')
    .summary('list, pull, inspect, synthesize, tune, remove checkpoints')
    .description(
      'Manages checkpoints: real ones from the hub, synthetic ones made here, tuned ones rewritten from either.',
    );
  models
    .command('list')
    .summary('list known models and their checkpoints on this disk')
    .addOption(output())
    .action(async (o) => finish((await import('./models-list.js')).listModels(o)));
  models
    .command('pull')
    .summary('download real checkpoints from the Hugging Face hub')
    .description('Downloads checkpoints and verifies their hashes. Continues where it was interrupted.')
    .argument('<model...>', 'hub ids (org/name, org/name@revision) or ids of models.json')
    .addOption(
      new Option('--dtype <dtypes>', 'weight formats, separated by commas').argParser(list).default(['q4'], 'q4'),
    )
    .action(async (names: string[], o) => finish(await (await import('./models-pull.js')).pullModels(names, o)));
  models
    .command('pin')
    .summary('record the commit and hashes of what was pulled')
    .description(
      'Writes them into models.json, or into edgeproof-pins.json in this folder if edgeproof is an installed package.',
    )
    .argument('<model>', 'a model id of models.json, or id@commit')
    .option('--registry <file>', 'a models.json other than the one of edgeproof')
    .action(async (model: string, o) => finish(await (await import('./models-pin.js')).pinModel(model, o)));
  models
    .command('verify')
    .summary('check the hashes of checkpoints; exit code 1 if one differs')
    .argument('[model]', 'a model or hub id (default: all checkpoints)')
    .addOption(output())
    .action(async (model: string | undefined, o) =>
      finish(await (await import('./models-verify.js')).verifyModels(model, o)),
    );
  models
    .command('inspect')
    .summary('show what decides the speed of a graph: size, operators, KV cache')
    .argument('<file or model>', 'any .onnx or .gguf file, folder, hub id or model id')
    .addOption(weights())
    .addOption(layout().default('tuned'))
    .option('--dtype <dtype>', 'weight format', 'q4')
    .addOption(output())
    .action(async (target: string, o) => finish((await import('./models-inspect.js')).inspectModel(target, o)));
  models
    .command('synthesize')
    .summary('write a checkpoint with the exact graph of a model and random weights')
    .argument('<model>', 'a model id of models.json, or a config.json')
    .addOption(layout().default('tuned'))
    .addOption(dtype().default('q4'))
    .option('--seed <number>', 'seed of the weights', whole(BOUNDS.seed), 1)
    .addOption(
      new Option('--routing <routing>', 'experts that tokens use, for mixtures of experts (default: balanced)').choices(
        ROUTINGS,
      ),
    )
    .action(async (model: string, o) =>
      finish(await (await import('./models-synthesize.js')).synthesizeModel(model, o)),
    );
  models
    .command('tune')
    .summary('rewrite a graph into a faster one, and measure gain and cost')
    .description(
      'Rewrites the graph of a checkpoint step by step (docs/tune.md), writes it beside the original and compares both: speed, memory, logits.',
    )
    .argument('<model>', 'a model id, hub id, folder or .onnx file')
    .addOption(weights())
    .addOption(layout().default('published'))
    .option('--dtype <dtype>', 'weight format', 'q4')
    .option('--steps <names>', 'apply these steps instead of the default ones', list)
    .addOption(new Option('--without <names>', 'leave out these steps').argParser(list).default([], 'none'))
    .addOption(new Option('--head-bits <bits>', 'bits of a quantised head').choices(['4', '8']).default('8'))
    .option('--to <directory>', 'where to write the checkpoint (default: the cache)')
    .option(
      '-r, --rounds <number>',
      'fresh processes for each side; 0 does not measure speed',
      whole({ ...BOUNDS.rounds, least: 0 }),
      5,
    )
    .option('--no-fidelity', 'do not compare the logits')
    .addOption(results())
    .addOption(machineName())
    .addOption(output())
    .action(async (model: string, o) => {
      const { tuneModel } = await import('./models-tune.js');
      finish(await tuneModel(model, { ...o, headBits: Number(o.headBits) }));
    });
  models
    .command('rm')
    .summary('remove the checkpoints of a model from this disk')
    .argument('<model>', 'a model or hub id')
    .addOption(weights())
    .addOption(layout())
    .option('--dtype <dtype>', 'weight format')
    .action(async (model: string, o) => finish(await (await import('./models-rm.js')).removeModel(model, o)));
}
