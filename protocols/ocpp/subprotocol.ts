const PREFIX = 'ocpp';

/**
 * Picks the highest OCPP version that both sides have from a `Sec-WebSocket-Protocol` request header
 * (RFC 6455 §4.2.2, OCPP-J 1.6 §3.1.2); null when there is none in common and the handshake must be
 * refused. Names compare exactly: the answer has to repeat one the client sent.
 */
export function chooseSubprotocol(offered: string | null, supported: readonly string[]): string | null {
  if (offered === null) return null;
  let chosen: string | null = null;
  for (const part of offered.split(',')) {
    const name = part.trim();
    if (!supported.includes(name)) continue;
    if (chosen === null || compareVersions(name, chosen) > 0) chosen = name;
  }
  return chosen;
}

/** Orders `ocpp1.6` < `ocpp2.0.1` < `ocpp2.1` by their numbers, not their letters. */
function compareVersions(left: string, right: string): number {
  const a = numbersOf(left);
  const b = numbersOf(right);
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(name: string): readonly number[] {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('.').map(Number) : [];
}
