// `models pull`: downloads real checkpoints from the hub, or verifies those already here. Prints their directories.
import { ONNX_DTYPES } from '../contract/dtypes.js';
import { EdgeproofError, problem } from '../errors.js';
import { type HubSettings, hubSettings } from '../hub/endpoint.js';
import { cacheDirectory } from '../models/cache.js';
import { checkpointBytes } from '../models/checkpoint.js';
import { hubTarget, pullCommand } from '../models/locate-real.js';
import { pinOf, pinState } from '../models/pin.js';
import { type Pulled, type PullProgress, type PullRequest, pullCheckpoint } from '../models/pull.js';
import { resolveReference } from '../models/reference.js';
import { loadRegistry } from '../models/registry.js';
import { bytes, duration, plural } from '../report/format.js';
import { byteProgress } from '../report/progress.js';
import { known } from './cli-options.js';
import { interruptible } from './signals.js';
import { createProgress, type Progress, print, say } from './terminal.js';

export async function pullModels(names: string[], options: { dtype: string[] }): Promise<number> {
  const dtypes = options.dtype.map((text) =>
    known(text, ONNX_DTYPES, `--dtype ${text}: unknown dtype`, 'one or more of'),
  );
  const registry = loadRegistry();
  const targets = names.map((name) => {
    const reference = resolveReference(name, registry);
    if (reference.kind === 'hub' || reference.kind === 'registry') return { name, ...hubTarget(reference) };
    throw problem('input-invalid', {
      what: `${name} is on this disk already`,
      expected: 'a hub id or an id of models.json',
    });
  });
  const signal = interruptible();
  const settings = hubSettings();
  for (const { name, repo, revision } of targets) {
    for (const dtype of dtypes) {
      const started = performance.now();
      const target = { name, repo, revision, dtype };
      const { checkpoint, outcome, downloadedBytes } = await pullWithProgress(target, settings, signal);
      const { manifest } = checkpoint;
      if (manifest.weights !== 'real') continue;
      const commit = manifest.source.revision?.slice(0, 8);
      const amount =
        outcome === 'here' ? 'was here and is whole' : downloaded(downloadedBytes, performance.now() - started);
      const files = plural(manifest.files.length, 'file');
      say(
        `${repo} ${dtype} at ${commit}: ${files}, ${bytes(checkpointBytes(manifest))}, ${amount}, every hash verified`,
      );
      const pin = pinState(manifest, pinOf(repo, registry));
      if (pin.state === 'differs') say(`it is not what models.json pins: ${pin.fault}`);
      print(checkpoint.directory);
    }
  }
  return 0;
}

/** `elapsedMs` runs from the first request to the hub until every hash is compared. */
function downloaded(amount: number, elapsedMs: number): string {
  const rate = amount === 0 ? '' : ` (${bytes(amount / (elapsedMs / 1000))}/s)`;
  return `${bytes(amount)} downloaded in ${duration(elapsedMs)}${rate}`;
}

async function pullWithProgress(
  { name, repo, revision, dtype }: PullRequest & { name: string },
  settings: HubSettings,
  signal: AbortSignal,
): Promise<Pulled> {
  const progress = createProgress();
  try {
    return await pullCheckpoint(
      { repo, revision, dtype },
      {
        cache: cacheDirectory(),
        settings,
        signal,
        onProgress: progressOf(`${repo} ${dtype}`, progress),
        onPause: (ms, reason) => progress.show(`retrying in ${duration(ms)}: ${reason}`, true),
        onNote(note) {
          progress.clear();
          say(note);
        },
      },
    );
  } catch (error) {
    if (!(error instanceof EdgeproofError && error.code === 'interrupted')) throw error;
    throw problem('interrupted', { resume: pullCommand(name, dtype), kept: 'what was downloaded is kept' });
  } finally {
    progress.clear();
  }
}

/** A bar on a terminal; elsewhere, one line for every tenth. */
function progressOf(what: string, progress: Progress): (state: PullProgress) => void {
  const steps = new Map<PullProgress['step'], { since: number; from: number; tenth: number }>();
  return ({ step, doneBytes, totalBytes }) => {
    const now = performance.now();
    const started = steps.get(step) ?? { since: now, from: doneBytes, tenth: -1 };
    steps.set(step, started);
    const tenth = Math.floor((doneBytes / totalBytes) * 10);
    const isTenth = tenth > started.tenth;
    started.tenth = Math.max(tenth, started.tenth);
    const verb = step === 'verify' ? 'verifying' : 'pulling';
    progress.show(byteProgress(`${verb} ${what}`, doneBytes, totalBytes, now - started.since, started.from), isTenth);
  };
}
