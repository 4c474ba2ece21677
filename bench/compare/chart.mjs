const WIDTH = 720;
const LABELS = 210;
const ROW = 20;
const COLOURS = { engine: '#9aa0a6', nestor: '#0b57d0', other: '#c77700' };

/** An SVG of bars: images a second of the engine alone, Nestor and the other server, for each load. */
export function chart({ machine, date, results }) {
  const blocks = Object.values(results).flatMap((result) => block(result));
  const lines = [];
  let y = 18;
  for (const { title, bars } of blocks) {
    lines.push(text(0, y, title, 'font-weight="bold"'));
    y += 8;
    const highest = Math.max(...bars.map(({ value }) => value));
    for (const { label, value, colour } of bars) {
      const width = (value / highest) * (WIDTH - LABELS - 60);
      lines.push(text(LABELS - 8, y + 14, label, 'text-anchor="end"'));
      lines.push(
        `<rect x="${LABELS}" y="${y + 3}" width="${width.toFixed(1)}" height="${ROW - 5}" fill="${colour}"/>`,
      );
      lines.push(text(LABELS + width + 6, y + 14, value.toFixed(1)));
      y += ROW;
    }
    y += 24;
  }
  const { processor, processors, node } = machine;
  lines.push(
    text(0, y - 4, `images a second; ${processors} × ${processor}, Node ${node}, ${date}`),
  );
  const size = `width="${WIDTH}" height="${y + 8}" viewBox="0 0 ${WIDTH} ${y + 8}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
${lines.join('\n')}
</svg>
`;
}

function block({ work, server, enginePerSecond, sweeps }) {
  return sweeps.map(({ connections, nestor, other }) => ({
    title: `${work}, ${connections} connection${connections === 1 ? '' : 's'}`,
    bars: [
      { label: 'engine alone, no server', value: enginePerSecond, colour: COLOURS.engine },
      { label: 'Nestor (HTTPS, API key)', value: nestor.perSecond, colour: COLOURS.nestor },
      { label: `${server} (HTTP, open)`, value: other.perSecond, colour: COLOURS.other },
    ],
  }));
}

function text(x, y, value, more = '') {
  const escaped = value.replace(/[<>&]/g, (sign) => `&#${sign.codePointAt(0)};`);
  return `<text x="${x.toFixed(1)}" y="${y}" ${more}>${escaped}</text>`;
}
