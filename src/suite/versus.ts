// `--vs layout=published,threads=1`: another configuration, as it differs from this run. What can be named are the rows of the
// table of dimensions, and installations in folders of their own. Pure.
import type { OptionSet } from '../contract/option-set.js';
import { RUNTIME_NAMES, RUNTIMES } from '../contract/runtimes.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';
import { DIMENSION_NAMES, type DimensionName, dimensionOf, dimensionRow } from './dimensions.js';
import { isOptionDimension, optionOf } from './option-dimensions.js';
import { overrideSuite, type SuiteOverrides } from './overrides.js';

/** edgeproof itself, and the runtimes whose library can be another one. */
const INSTALLED = ['edgeproof', ...RUNTIME_NAMES.filter((name) => RUNTIMES[name].takesOtherLibrary)] as const;
type InstalledName = (typeof INSTALLED)[number];

export interface Versus {
  /** As in case ids: `layout`, `option.kvDtype`. */
  dimensions: { name: string; text: string }[];
  installation: { name: InstalledName; folder: string } | null;
}

/** Settings are parted by commas: one that no `name=` follows is a part of the value, as in cpus=0,1. */
const BETWEEN_SETTINGS = /,(?=\s*[A-Za-z][\w.-]*=)/;

export function readVersus(texts: readonly string[]): Versus {
  const settings = texts.flatMap((text) => text.split(BETWEEN_SETTINGS)).map(readSetting);
  const twice = settings.find(({ name }, i) => settings.some((other, j) => j < i && other.name === name));
  if (twice !== undefined) throw invalid(`${twice.name} is given twice`, 'one value of each');
  const installations = settings.flatMap(({ name, text }) => (isInstalled(name) ? [{ name, folder: text }] : []));
  if (installations.length > 1)
    throw invalid('two installations', `${INSTALLED.join(' or ')}: a folder of edgeproof has its own runtimes`);
  return {
    dimensions: settings.filter(({ name }) => !isInstalled(name)),
    installation: installations[0] ?? null,
  };
}

function readSetting(text: string): { name: string; text: string } {
  const [, name, value] = /^\s*([^=\s]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined) throw invalid(text, 'name=value, such as layout=published or threads=1');
  const isKnown = isInstalled(name) || (name !== 'option' && dimensionOf(name) !== null);
  if (isKnown) return { name, text: value!.trim() };
  const names = [...DIMENSION_NAMES.map((known) => (known === 'option' ? 'option.<name>' : known)), ...INSTALLED];
  throw invalid(`${name} is not known`, `one of ${names.join(', ')}`);
}

function isInstalled(name: string): name is InstalledName {
  return (INSTALLED as readonly string[]).includes(name);
}

/** The suite of the other side. An option or a limit is added to those that this run has. */
export function versusSuite(suite: Suite, { dimensions }: Versus): Suite {
  const overrides: Record<string, unknown> = {};
  for (const { name, text } of dimensions) {
    const { field, read } = dimensionRow(dimensionOf(name) as DimensionName);
    const found = read([isOptionDimension(name) ? `${optionOf(name)}=${text}` : text], `--vs ${name}`);
    const [value, ...more] = [found].flat();
    if (more.length > 0)
      throw invalid(`${name}=${text} has ${more.length + 1} values`, 'one: the other side is one configuration');
    if (field === 'workloads') overrides[name] = found;
    else if (typeof value !== 'object') overrides[field] = [value];
    else
      overrides[field] = ((overrides[field] ?? suite[field] ?? [{}]) as OptionSet[]).map((set) =>
        added(set, value as OptionSet),
      );
  }
  return overrideSuite(suite, overrides as SuiteOverrides);
}

function added(set: OptionSet, more: OptionSet): OptionSet {
  const config = { ...set.config, ...more.config };
  return { ...set, ...more, ...(Object.keys(config).length === 0 ? {} : { config }) };
}

function invalid(what: string, expected: string) {
  return problem('input-invalid', { what: `--vs: ${what}`, expected });
}
