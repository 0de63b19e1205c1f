/**
 * Integer division without loss. The products of money, energy and milliseconds leave the safe integers,
 * so they are formed as bigint and only the quotient comes back.
 */

/** `quantity × multiplier ÷ divisor`, half-up to the integer. Not for negative values. */
export function halfUpShare(quantity: number, multiplier: number, divisor: number): number {
  const whole = 2n * BigInt(divisor);
  return Number((2n * BigInt(quantity) * BigInt(multiplier) + BigInt(divisor)) / whole);
}

/** `quantity × multiplier ÷ divisor`, rounded down. Not for negative values. */
export function floorShare(quantity: number, multiplier: number, divisor: number): number {
  return Number((BigInt(quantity) * BigInt(multiplier)) / BigInt(divisor));
}

/**
 * Divides a non-negative whole among weights (at least one positive) into integers that sum to the whole.
 *
 * It is d'Hondt's method, because it is the kind of division in which no share ever shrinks when the whole
 * grows. Rounding running totals or handing out the largest remainders does not have that property: one more
 * Wh could move another Wh from a dear period to a cheap one and lower the bill.
 */
export function apportion(whole: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => floorShare(whole, weight, total));
  let left = whole - shares.reduce((sum, share) => sum + share, 0);
  for (; left > 0; left -= 1) {
    const next = nextToGain(weights, shares);
    shares[next] = (shares[next] ?? 0) + 1;
  }
  return shares;
}

/** The index with the highest weight per share after gaining one; the first of equals. */
function nextToGain(weights: readonly number[], shares: readonly number[]): number {
  let best = 0;
  for (let index = 1; index < weights.length; index += 1) {
    const claim = BigInt(weights[index] ?? 0) * BigInt((shares[best] ?? 0) + 1);
    const standing = BigInt(weights[best] ?? 0) * BigInt((shares[index] ?? 0) + 1);
    if (claim > standing) best = index;
  }
  return best;
}
