// How figures are written. Every function gives text, which the page shows as text.

const none = '–';

/** @param {number | null | undefined} ms */
export function duration(ms) {
  if (ms === null || ms === undefined) return none;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return s < 172_800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86_400)} d`;
}

/** @param {{ p50: number, p95: number, p99: number } | null} percentiles */
export function percentiles(percentiles) {
  if (percentiles === null) return none;
  const { p50, p95, p99 } = percentiles;
  return [p50, p95, p99].map(duration).join(' · ');
}

/** @param {number} bytes */
export function bytes(bytes) {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** @param {number} part @param {number} whole */
export function share(part, whole) {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : none;
}

/** @param {string | null} iso */
export function clock(iso) {
  return iso === null ? none : new Date(iso).toLocaleString(undefined, { hour12: false });
}

/** @param {string | null | undefined} text */
export function orNone(text) {
  return text === null || text === undefined || text === '' ? none : text;
}

/** @param {number} count @param {string} one @param {string} many */
export function counted(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}
