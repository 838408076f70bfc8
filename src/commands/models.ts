// The verb `models` on the command line: its subcommands, each loaded when it is called.
import { type Command, Option } from 'commander';
import { list, machineName, output, results, whole } from './cli-options.js';

const layout = () =>
  new Option('--layout <layout>', 'layout of a synthetic checkpoint: of its graphs, or gguf for llama.cpp').choices([
    'tuned',
    'split',
    'published',
    'gguf',
  ]);
const weights = () => new Option('--weights <kind>', 'only this kind').choices(['synthetic', 'real']);
const dtype = () => new Option('--dtype <dtype>', 'weight format').choices(['fp32', 'fp16', 'q4', 'q4f16', 'int8']);

/** `finish` is told the exit code. */
export function addModels(program: Command, finish: (code: number) => void): void {
  const models = program
    .command('models')
    .summary('list, pull, inspect, synthesize, tune and remove checkpoints')
    .description('Checkpoints: real ones from the hub, synthetic ones made here, tuned ones rewritten from either.');
  models
    .command('list')
    .summary('known models and what of them is on this disk')
    .addOption(output())
    .action(async (o) => {
      finish((await import('./models-list.js')).listModels(o));
    });
  models
    .command('pull')
    .summary('get real checkpoints from the Hugging Face hub, verified by hash; goes on where it was interrupted')
    .argument('<model...>', 'hub ids (org/name, org/name@revision) or ids of models.json')
    .addOption(
      new Option('--dtype <dtypes>', 'weight formats, separated by commas').argParser(list).default(['q4'], 'q4'),
    )
    .action(async (names: string[], o) => {
      finish(await (await import('./models-pull.js')).pullModels(names, o));
    });
  models
    .command('pin')
    .summary('write the commit and the hashes of what was pulled into models.json')
    .argument('<model>', 'a model id of models.json, or id@commit')
    .option('--registry <file>', 'another models.json')
    .action(async (model: string, o) => {
      finish(await (await import('./models-pin.js')).pinModel(model, o));
    });
  models
    .command('verify')
    .summary('hash checkpoints again; exit 1 when a byte differs')
    .argument('[model]', 'a model or hub id; all checkpoints without')
    .addOption(output())
    .action(async (model: string | undefined, o) => {
      finish(await (await import('./models-verify.js')).verifyModels(model, o));
    });
  models
    .command('inspect')
    .summary('what a graph says of its own speed: parameters, bytes, operators, head, KV cache')
    .argument('<file or model>', 'any .onnx or .gguf file, folder, hub id or model id')
    .addOption(weights())
    .addOption(layout().default('tuned'))
    .option('--dtype <dtype>', 'weight format', 'q4')
    .addOption(output())
    .action(async (target: string, o) => {
      finish((await import('./models-inspect.js')).inspectModel(target, o));
    });
  models
    .command('synthesize')
    .summary('write a synthetic checkpoint: the exact graph of a model, filled with seeded random weights')
    .argument('<model>', 'a model id of models.json, or a config.json')
    .addOption(layout().default('tuned'))
    .addOption(dtype().default('q4'))
    .option('--seed <number>', 'seed of the weights', whole(0), 1)
    .addOption(
      new Option('--routing <routing>', 'which experts tokens use (default: balanced)').choices([
        'balanced',
        'skewed',
        'one',
        'router',
      ]),
    )
    .action(async (model: string, o) => {
      finish(await (await import('./models-synthesize.js')).synthesizeModel(model, o));
    });
  models
    .command('tune')
    .summary('rewrite a graph into a faster one, as a new checkpoint, and measure what it gains and costs')
    .description(
      'Rewrites the graph of a checkpoint step by step (docs/tune.md), writes it beside the original and compares both: speed, memory, logits.',
    )
    .argument('<model>', 'a model id, hub id, folder or .onnx file')
    .addOption(weights())
    .addOption(layout().default('published'))
    .option('--dtype <dtype>', 'weight format', 'q4')
    .option('--steps <names>', 'these steps instead of the default ones', list)
    .option('--without <names>', 'not these steps', list, [])
    .addOption(new Option('--head-bits <bits>', 'bits of a quantised head').choices(['4', '8']).default('8'))
    .option('--to <directory>', 'where to write it, instead of the cache')
    .option('-r, --rounds <number>', 'fresh processes for each side; 0 measures no speed', whole(0), 5)
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
    .summary("remove a model's checkpoints from this disk")
    .argument('<model>', 'a model or hub id')
    .addOption(weights())
    .addOption(layout())
    .option('--dtype <dtype>', 'weight format')
    .action(async (model: string, o) => {
      finish(await (await import('./models-rm.js')).removeModel(model, o));
    });
}
