import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page, ready to be sent. */
export interface PageFile {
  /** Path below /playground. */
  readonly path: string;
  readonly type: string;
  /** Strong, of the content: the same for all replicas of one version. */
  readonly etag: string;
  readonly content: Buffer;
}

const STATIC = fileURLToPath(new URL('static', import.meta.url));

/** Microsoft's sign-in library, as a whole and the part for the page that ends a sign-in. */
const MSAL = ['msal-browser.min.js', 'redirect-bridge/msal-redirect-bridge.min.js'];

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
};

/** Reads every file of the page, once: together they are half a megabyte. */
export function readPageFiles(): PageFile[] {
  const own = readdirSync(STATIC, { recursive: true, encoding: 'utf8' }).filter((path) => {
    return extname(path) !== '';
  });
  const msal = new URL('../lib/', import.meta.resolve('@azure/msal-browser'));
  return [
    ...own.map((path) => pageFile(path.replaceAll('\\', '/'), readFileSync(join(STATIC, path)))),
    ...MSAL.map((path) => pageFile(`vendor/${path}`, readFileSync(new URL(path, msal)))),
  ];
}

/** Settings that a script of the page fetches. */
export function jsonFile(path: string, value: unknown): PageFile {
  return { ...pageFile(path, Buffer.from(JSON.stringify(value))), type: 'application/json' };
}

function pageFile(path: string, content: Buffer): PageFile {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
  return { path, type, etag, content };
}
