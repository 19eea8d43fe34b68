// Where the sites of a machine are drawn.

/** Rows and columns, positions in metres, or what the couplers alone tell. */
export function layout(file) {
  const count = file.siteCount;
  if (file.coordinates?.length === count) return file.coordinates.map(([row, column]) => [column, row]);
  const positions = file.geometry?.positions;
  if (positions?.length === count) {
    const spread = Math.max(...positions.flat().map(Math.abs)) || 1;
    return positions.map(([x, y]) => [10 * x / spread, 10 * y / spread]);
  }
  if (Array.isArray(file.connectivity) && count > 1) return stress(count, file.connectivity);
  const columns = Math.ceil(Math.sqrt(count));
  return Array.from({ length: count }, (_, k) => [k % columns, Math.floor(k / columns)]);
}

/** Distances on paper like distances in couplers: stress majorisation (Gansner, Koren, North, Graph Drawing 2004). */
function stress(count, pairs) {
  const neighbours = Array.from({ length: count }, () => []);
  for (const [a, b] of pairs) { neighbours[a].push(b); neighbours[b].push(a); }
  const far = [...Array(count).keys()].map(start => {
    const distance = Array(count).fill(count), queue = [start];
    distance[start] = 0;
    for (const site of queue) {
      for (const next of neighbours[site]) {
        if (distance[next] === count) { distance[next] = distance[site] + 1; queue.push(next); }
      }
    }
    return distance;
  });
  // Seen from two corners that are far apart: a beginning that nothing random decides.
  const last = row => row.reduce((best, value, k) => (value > row[best] && value < count ? k : best), 0);
  const a = last(far[0]), b = last(far[a]);
  const middle = far[a].map((value, k) => Math.abs(value - far[b][k]) + Math.abs(value + far[b][k] - far[a][b]) * 0.5);
  const c = [...Array(count).keys()].filter(k => middle[k] <= 1).reduce((best, k) => (far[k][a] > far[best][a] ? k : best), a);
  let places = far.map((_, k) => [far[a][k] - far[b][k] + k * 1e-4, far[c][k] + ((k * 7919) % 13) * 1e-2]);
  for (let round = 0; round < 120; round += 1) {
    places = places.map(([x, y], i) => {
      let sx = 0, sy = 0, total = 0;
      for (let j = 0; j < count; j += 1) {
        if (j === i) continue;
        const wish = far[i][j], weight = 1 / (wish * wish), dx = x - places[j][0], dy = y - places[j][1];
        const length = Math.hypot(dx, dy) || 1e-6;
        sx += weight * (places[j][0] + wish * dx / length);
        sy += weight * (places[j][1] + wish * dy / length);
        total += weight;
      }
      return [sx / total, sy / total];
    });
  }
  return turned(places, pairs);
}

/** Turned so that couplers lie along the page where they can: the mean direction of fourfold symmetry becomes level. */
function turned(places, pairs) {
  let re = 0, im = 0;
  for (const [a, b] of pairs) {
    const angle = 4 * Math.atan2(places[b][1] - places[a][1], places[b][0] - places[a][0]);
    re += Math.cos(angle);
    im += Math.sin(angle);
  }
  const angle = Math.atan2(im, re) / 4, cos = Math.cos(angle), sin = Math.sin(angle);
  return places.map(([x, y]) => [x * cos + y * sin, y * cos - x * sin]);
}
