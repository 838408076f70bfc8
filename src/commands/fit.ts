// `fit`: what a model would need and do on this machine, on that of a result, or on a device, before anything is downloaded.

import { type Dtype, SYNTHETIC_DTYPES, type SyntheticDtype } from '../contract/dtypes.js';
import type { Layout } from '../contract/layouts.js';
import { machineDifference } from '../contract/machine.js';
import { DEFAULT_RUNTIME } from '../contract/runtimes.js';
import type { SizeFacts } from '../contract/size-facts.js';
import type { UseProfile } from '../contract/use-profile.js';
import type { Digest } from '../contract/views/digest.js';
import type { FitView } from '../contract/views/fit.js';
import { EdgeproofError, problem } from '../errors.js';
import { describeMachine, memoryLimitBytes } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { dtypesOf } from '../models/checkpoint-plan.js';
import { fromRegistry, type ModelDescription, modelDescription } from '../models/model-description.js';
import { loadRegistry } from '../models/registry.js';
import { sizeFacts } from '../models/size-facts.js';
import { configFacts } from '../networks/config-facts.js';
import { fitPage } from '../report/fit-page.js';
import { devicesPage, usesPage } from '../report/profiles-page.js';
import { scorePage } from '../report/score-page.js';
import { DEVICES, publishedRows } from '../suite/device-profiles.js';
import { USES } from '../suite/use-profiles.js';
import { type Asked, fitView, servesWhatIsAsked } from '../verdict/fit-view.js';
import { scoreView } from '../verdict/score-view.js';
import { deviceTarget, machineTarget, type Target } from '../verdict/target.js';
import { contextOf } from '../verdict/uses.js';
import { wishOf } from '../verdict/wish.js';
import { digestsNamed } from './digests.js';
import { outputFormat, printPage } from './terminal.js';

export interface FitOptions {
  output: string;
  results: string;
  device?: string;
  like?: string;
  use?: string[];
  context?: number;
  prompt: number;
  new: number;
  dtype?: string[];
  layout: Layout;
  list?: boolean;
  score?: boolean;
  devices?: boolean;
  uses?: boolean;
  minDecode?: number;
}

/** What a model is judged for unless somebody says. */
const DEFAULT_USE = 'chat';
const LISTED_DTYPE = 'q4';

export function fit(names: string[], options: FitOptions): number {
  const format = outputFormat(options.output);
  refuseContradictions(names, options);
  if (options.devices) return print(devicesPage(DEVICES.all()));
  if (options.uses) return print(usesPage(USES.all()));
  const registry = loadRegistry();
  const familyOf = (model: string) => registry.find(({ id }) => id === model)?.config.model_type ?? model;
  if (options.score) return print(scorePage(scoreView(digestsOf(options), familyOf, publishedRows())));
  const uses = usesAsked(options);
  const lengths = { prompt: options.prompt, new: options.new, depth: 0 };
  const context =
    options.context ?? Math.max(lengths.prompt + lengths.new, ...uses.map((use) => contextOf(use.workload)));
  const models = options.list ? registry.map(fromRegistry) : names.map((name) => modelDescription(name, registry));
  const dtypes = dtypesAsked(options);
  const asked = models.map((model) => askedOf(model, options.layout, dtypes));
  const view = fitView(asked, targetOf(options, familyOf), { lengths, context, uses });
  print(fitPage(view, { isList: options.list === true, uses }));
  return servesWhatIsAsked(view) ? 0 : 1;

  function print(page: Parameters<typeof printPage>[0]): number {
    printPage(page, format);
    return 0;
  }
}

function refuseContradictions(names: string[], { device, like, list, score, devices, uses }: FitOptions): void {
  const lists = Object.entries({ list, score, devices, uses }).flatMap(([name, isAsked]) =>
    isAsked ? [`--${name}`] : [],
  );
  if (device !== undefined && like !== undefined) throw contradiction('--device with --like', 'one of them');
  if (lists.length > 1) throw contradiction(lists.join(' with '), 'one of them');
  if (names.length > 0 && lists.length > 0)
    throw contradiction(`${names.join(' ')} with ${lists[0]}`, 'models, or a list');
  if (names.length === 0 && lists.length === 0)
    throw contradiction(
      'no model',
      'ids of models.json, hub ids or config.json files; or --list for all, --devices, --uses',
    );
}

function contradiction(what: string, expected: string) {
  return problem('input-invalid', { what: `fit: ${what}`, expected });
}

/** A wish alone is judged alone. */
function usesAsked({ use, minDecode, prompt, new: tokens }: FitOptions): UseProfile[] {
  const wish = wishOf(minDecode, { prompt, new: tokens });
  const named = use ?? (wish === null ? [DEFAULT_USE] : []);
  return [...(named.includes('all') ? USES.all() : named.map(USES.named)), ...(wish === null ? [] : [wish])];
}

function dtypesAsked({ dtype, layout, list }: FitOptions): SyntheticDtype[] {
  const known = dtypesOf(layout);
  if (dtype === undefined) return list ? [LISTED_DTYPE] : SYNTHETIC_DTYPES.filter((name) => known.includes(name));
  const unknown = dtype.find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined) throw problem('dtype-unsupported', { dtype: unknown, known });
  return dtype as SyntheticDtype[];
}

function askedOf(model: ModelDescription, layout: Layout, dtypes: readonly SyntheticDtype[]): Asked {
  const { context } = configFacts(model.config);
  const variants = dtypes.map((dtype) => ({ layout, dtype: dtype as Dtype, size: sizeOf(model, layout, dtype) }));
  const { id, name, parameters, activeParameters } = model;
  return { id, name, parameters, parametersActive: activeParameters, context, variants };
}

/** null where no graph of its architecture can be planned. */
function sizeOf(model: ModelDescription, layout: Layout, dtype: SyntheticDtype): SizeFacts | null {
  try {
    return sizeFacts({ model, layout, dtype });
  } catch (error) {
    const { code } = error as EdgeproofError;
    const isUnplanned = code === 'architecture-unknown' || code === 'config-unsupported' || code === 'gguf-unsupported';
    if (error instanceof EdgeproofError && isUnplanned) return null;
    throw error;
  }
}

function targetOf(options: FitOptions, familyOf: (model: string) => string): Target {
  if (options.device !== undefined) {
    return deviceTarget(DEVICES.named(options.device), publishedRows());
  }
  const own = describeMachine();
  const digests = digestsOf(options);
  const { machine } = options.like === undefined ? { machine: own } : digests.at(-1)!;
  const threads = options.like === undefined ? automaticThreads(own).threads : threadsOf(digests);
  const on: FitView['on'] = {
    kind: options.like === undefined ? 'this machine' : 'results',
    id: machine.id,
    name: machine.cpu,
    class: null,
    threads,
  };
  const memoryBytes = options.like === undefined ? memoryLimitBytes() : (machine.memoryBytes ?? memoryLimitBytes());
  return machineTarget({ on, memoryBytes, digests, familyOf, runtime: DEFAULT_RUNTIME, ep: 'cpu', threads });
}

/** The digests of this machine, or of the machine whose result `--like` names. */
function digestsOf({ like, results, score }: Pick<FitOptions, 'like' | 'results' | 'score'>): Digest[] {
  const all = readAll(like === undefined ? [] : [like], results);
  if (score) return all;
  const machine = like === undefined ? describeMachine() : all.at(-1)!.machine;
  return readAll([], results).filter((digest) => machineDifference(digest.machine, machine) === null);
}

/** Nothing where there is no result at all: sizes and memory are known without any. */
function readAll(names: string[], results: string): Digest[] {
  try {
    return digestsNamed(names, { results }).digests;
  } catch (error) {
    if (names.length === 0 && error instanceof EdgeproofError && error.code === 'results-missing') return [];
    throw error;
  }
}

function threadsOf(digests: readonly Digest[]): number {
  const counts = digests.flatMap(({ cases }) =>
    cases.flatMap(({ key }) => (key.ep === 'cpu' ? (key.threads ?? []) : [])),
  );
  return Math.max(1, ...counts);
}
