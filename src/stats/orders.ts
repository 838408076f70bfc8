// The orders in which rounds could have come: all of them where they are few, else a seeded sample. Pure.
import { drawn, MOST } from './relabel.js';

/** The order that was measured, 0 1 2 …, comes first. Up to six rounds have all their orders: 720. */
export function ordersOf(size: number): Uint16Array[] {
  let count = 1;
  for (let i = 2; i <= size; i++) count *= i;
  return count <= MOST ? permutations(size) : Array.from(drawn(size), (order) => order.slice());
}

function permutations(size: number): Uint16Array[] {
  let orders: number[][] = [[]];
  for (let next = 0; next < size; next++) {
    // At the end first, so that the order that was measured stays the first.
    orders = orders.flatMap((order) =>
      Array.from({ length: next + 1 }, (_, back) => order.toSpliced(order.length - back, 0, next)),
    );
  }
  return orders.map((order) => Uint16Array.from(order));
}
