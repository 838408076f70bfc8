// Damages a JSON document by its structure: a value somewhere in it becomes another, a key is lost or renamed, an item is
// there twice.
import { below, ODD_INTEGERS, ODD_TEXTS, oneOf } from './mutations.mjs';

/** Numbers that JSON.stringify would not write, as texts that become numbers afterwards. */
const RAW = ['1e999', '-1e999', '1e308', '-0', '0.5', '-3.5', '1e-320', '12345678901234567890'];
const MARK = '#raw:';

/** @param {() => number} random @returns {unknown} */
function oddValue(random) {
  return oneOf(random, [
    () => `${MARK}${oneOf(random, RAW)}`,
    () => Number(oneOf(random, ODD_INTEGERS)),
    () => oneOf(random, ODD_TEXTS),
    () => oneOf(random, [null, true, false, [], {}, [[]], [null], { a: 1 }]),
    () => 'y'.repeat(10 ** below(random, 6)),
    () => nested(10 ** below(random, 5)),
  ])();
}

/** @param {number} depth */
function nested(depth) {
  /** @type {unknown} */
  let value = 1;
  for (let i = 0; i < Math.min(depth, 500); i++) value = i % 2 ? [value] : { a: value };
  return value;
}

/** A list or object somewhere in the document. @param {unknown} value @param {() => number} random @returns {any} */
function somewhere(value, random) {
  const inner = Object.values(/** @type {object} */ (value)).filter(
    (item) => typeof item === 'object' && item !== null && Object.keys(item).length > 0,
  );
  if (inner.length === 0 || random() < 0.2) return value;
  return somewhere(oneOf(random, inner), random);
}

/** @type {import('./mutations.mjs').Mutation} */
export function mutateValues(bytes, random) {
  const document = JSON.parse(bytes.toString());
  for (let i = 1 + below(random, 3); i > 0; i--) {
    const place = somewhere(document, random);
    const key = oneOf(random, Object.keys(place));
    if (key === undefined) continue;
    const choice = random();
    if (choice < 0.65) place[key] = typeof place[key] === 'number' && random() < 0.3 ? -place[key] : oddValue(random);
    else if (choice < 0.8) delete place[key];
    else if (Array.isArray(place)) place.push(...place.slice(0, 1 + below(random, 3)));
    else place[oneOf(random, ODD_TEXTS)] = place[key];
  }
  return Buffer.from(JSON.stringify(document).replaceAll(new RegExp(`"${MARK}([^"]+)"`, 'g'), '$1'));
}
