// Which id a name means, and the ids that are like one that means none. Pure.

/** The id itself, or the only one that has the name in it; null for other names. */
export function idMeant(name: string, ids: readonly string[]): string | null {
  if (ids.includes(name)) return name;
  const [found, ...others] = ids.filter((id) => id.includes(name));
  return found !== undefined && others.length === 0 ? found : null;
}

const MOST_SUGGESTIONS = 5;
/** What is less like the name than this, or than this share of the most similar id, is another model. */
const LEAST_LIKE = 0.25;
const LEAST_OF_BEST = 0.6;

/** The ids that are similar to `name`, the most similar first, by the pairs of letters they share (Dice). */
export function nearest(name: string, ids: readonly string[]): string[] {
  const wanted = letterPairs(name);
  const known = ids.map((id) => {
    const own = letterPairs(id);
    const shared = [...own].filter((pair) => wanted.has(pair)).length;
    return { id, likeness: (2 * shared) / Math.max(1, own.size + wanted.size) };
  });
  const best = Math.max(...known.map(({ likeness }) => likeness));
  return known
    .filter(({ likeness }) => likeness >= Math.max(LEAST_LIKE, LEAST_OF_BEST * best))
    .toSorted((a, b) => b.likeness - a.likeness)
    .slice(0, MOST_SUGGESTIONS)
    .map(({ id }) => id);
}

function letterPairs(text: string): Set<string> {
  const letters = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, i) => letters.slice(i, i + 2)));
}
