/** Integers of the API as people read them. */

/** Fen as `¥1.23`. */
export function money(fen: number): string {
  const cents = Math.abs(Math.round(fen));
  const sign = fen < 0 ? '-' : '';
  const yuan = Math.floor(cents / 100).toLocaleString('en-US');
  return `${sign}¥${yuan}.${String(cents % 100).padStart(2, '0')}`;
}

/** Yuan typed by a person as fen; null for what is no amount. */
export function fenOf(yuan: number | null | undefined): number | null {
  if (yuan === null || yuan === undefined || !Number.isFinite(yuan)) return null;
  return Math.round(yuan * 100);
}

/** 1/100 fen as `¥0.65`, with up to four decimals. */
export function unitPrice(centiFen: number): string {
  const sign = centiFen < 0 ? '-' : '';
  const decimals = (Math.abs(centiFen) / 10_000).toFixed(4).replace(/0{1,2}$/, '');
  return `${sign}¥${decimals}`;
}

/** Wh as `0.620 kWh`. */
export const energy = (wh: number): string => `${(wh / 1000).toFixed(3)} kWh`;

export const power = (watts: number): string => `${Math.round(watts).toLocaleString('en-US')} W`;

/** Tenths of a degree as `36.5 °C`. */
export const temperature = (deciC: number): string => `${(deciC / 10).toFixed(1)} °C`;

/** The end of a long id, which is where ids of the same moment differ. */
export const shortId = (id: string): string => (id.length > 12 ? `…${id.slice(-8)}` : id);
