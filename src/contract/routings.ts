// Which experts the tokens of a synthetic mixture of experts use. Pure.

/**
 * `balanced`: every expert equally often. `skewed`: expert e about 1 / (e + 1) as often as the first. `one`: the same few
 * for every token. `router`: whatever the random router says, without a schedule.
 */
export const ROUTINGS = ['balanced', 'skewed', 'one', 'router'] as const;
export type Routing = (typeof ROUTINGS)[number];
