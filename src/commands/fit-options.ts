// The options of `fit`.
import { type Command, Option } from 'commander';
import { BOUNDS } from '../contract/bounds.js';
import { layoutRow, ONNX_LAYOUTS } from '../contract/layouts.js';
import { list, output, positive, results, whole } from './cli-options.js';

/** No device decodes faster in this decade. */
const MOST_TOKENS_PER_SECOND = 1e6;

/** A second graph for prompts has weights of its own, which sizes do not count. */
const LAYOUTS = ONNX_LAYOUTS.filter((name) => layoutRow(name)!.prefillGraph !== true);

export function declareFit(command: Command): Command {
  return command
    .addOption(new Option('--device <id>', 'a device profile, or a file of your own (default: this machine)'))
    .addOption(new Option('--like <result>', 'the machine of this result instead'))
    .addOption(new Option('--use <ids>', 'uses that it should serve, or all (default: chat)').argParser(list))
    .addOption(new Option('--list', 'rank all models of models.json instead'))
    .addOption(
      new Option('--min-decode <tok/s>', 'which of them decode at least this fast').argParser(
        positive(MOST_TOKENS_PER_SECOND),
      ),
    )
    .addOption(
      new Option(
        '--context <tokens>',
        'tokens in the KV cache that memory counts (default: what the uses need)',
      ).argParser(whole(BOUNDS.depth)),
    )
    .addOption(
      new Option('-p, --prompt <tokens>', 'prompt that rates are for').argParser(whole(BOUNDS.prompt)).default(512),
    )
    .addOption(
      new Option('-n, --new <tokens>', 'new tokens that rates are for').argParser(whole(BOUNDS.new)).default(128),
    )
    .addOption(new Option('--dtype <names>', 'weight formats (default: all; with --list q4)').argParser(list))
    .addOption(new Option('--layout <name>', 'how weights are laid out').choices(LAYOUTS).default('tuned'))
    .addOption(new Option('--devices', 'list the device profiles'))
    .addOption(new Option('--uses', 'list the use profiles'))
    .addOption(new Option('--score', 'how far predictions were from what was measured, here and elsewhere'))
    .addOption(results())
    .addOption(output());
}
