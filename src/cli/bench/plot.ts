import type { LoadResult } from './load.js';

const WIDTH = 340;
const HEIGHT = 220;
const LEFT = 52;
const BOTTOM = 34;
const TOP = 38;
const RIGHT = 14;

export interface PlottedSweep {
  readonly title: string;
  readonly results: readonly LoadResult[];
}

/** An SVG: a row for each sweep, with answers a second on the left and p50 and p99 on the right. */
export function plot(sweeps: readonly PlottedSweep[]): string {
  const rows = sweeps.map(({ title, results }, row) => {
    const usable = results.filter(({ perSecond }) => perSecond > 0);
    const x = usable.map(({ connections }) => connections);
    const rate = [{ name: 'answers/s', y: usable.map((one) => one.perSecond) }];
    const latency = (['p50', 'p99'] as const).map((name) => ({
      name: `${name}, ms`,
      y: usable.map((one) => one[name]),
    }));
    const shift = row * HEIGHT;
    return panel(0, shift, `${title}: answers a second`, x, rate).concat(
      panel(WIDTH, shift, `${title}: latency`, x, latency),
    );
  });
  const size = `width="${2 * WIDTH}" height="${sweeps.length * HEIGHT}"`;
  const style = 'font-family="sans-serif" font-size="11" fill="#333"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n<rect width="100%" height="100%" fill="#fff"/>\n${rows.join('\n')}\n</svg>\n`;
}

const COLOURS = ['#1f77b4', '#d62728'];

function panel(
  left: number,
  top: number,
  title: string,
  x: readonly number[],
  lines: readonly { name: string; y: readonly number[] }[],
): string {
  const highest = Math.max(1, ...lines.flatMap(({ y }) => y));
  const [low, high] = [Math.log2(x.at(0) ?? 1), Math.log2(x.at(-1) ?? 1)];
  const atX = (value: number) =>
    LEFT + ((Math.log2(value) - low) / Math.max(1e-9, high - low)) * (WIDTH - LEFT - RIGHT);
  const atY = (value: number) => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - BOTTOM - TOP);
  const axes =
    `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="#999"/>` +
    [0, highest / 2, highest].map((y) => text(LEFT - 6, atY(y) + 4, short(y), 'end')).join('') +
    x.map((value) => text(atX(value), HEIGHT - BOTTOM + 16, String(value), 'middle')).join('') +
    text(WIDTH - RIGHT, HEIGHT - 6, 'connections', 'end');
  const drawn = lines.map(({ name, y }, index) => {
    const colour = COLOURS[index] ?? '#333';
    const points = y.map((value, at) => `${fix(atX(x[at] ?? 1))},${fix(atY(value))}`);
    const dots = points.map((point) => {
      const [cx, cy] = point.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colour}"/>`;
    });
    const key = `<tspan fill="${colour}">${name}</tspan>`;
    const label = text(WIDTH - RIGHT - 60 * (lines.length - 1 - index), TOP - 6, key, 'end');
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}"/>${dots.join('')}${label}`;
  });
  const heading = `<text x="${LEFT}" y="14" font-weight="bold">${escape(title)}</text>`;
  return `<g transform="translate(${left} ${top})">${heading}${axes}${drawn.join('')}</g>`;
}

function text(x: number, y: number, content: string, anchor: string): string {
  return `<text x="${fix(x)}" y="${fix(y)}" text-anchor="${anchor}">${content}</text>`;
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

function fix(value: number): string {
  return value.toFixed(1);
}

function escape(title: string): string {
  return title.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
