import type { TestServer } from './server.js';

/** A route as the server itself describes it. */
export interface ApiRoute {
  readonly method: string;
  /** As the log, traces and metrics name it. */
  readonly template: string;
  /** With the model `faq` where it wants one to score with; loading takes too long to do it often. */
  readonly path: string;
  /** JSON bodies that answer 200. */
  readonly examples: readonly unknown[];
}

/** What OpenAPI does not list, as it is no part of the API. */
const PAGES = ['/docs', '/openapi.json', '/docs/errors/:code', '/playground', '/playground/app.js'];

/** Every route of the server: a new one is among them without anybody's doing. */
export async function routesOf(server: TestServer): Promise<ApiRoute[]> {
  const { paths } = (await server.request('/openapi.json')).json();
  const routes = Object.entries<Record<string, any>>(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        template: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        path: path.replace('{model}', modelOf(path)).replace('{version}', '1'),
        examples: examplesOf(operation),
      })),
  );
  const pages = PAGES.map((template) => {
    return { method: 'GET', template, path: template.replace(':code', 'forbidden'), examples: [] };
  });
  return [...routes, ...pages];
}

function modelOf(path: string): string {
  return path.endsWith('load') ? 'absent' : 'faq';
}

function examplesOf({ requestBody }: Record<string, any>): unknown[] {
  const { examples = {} } = requestBody?.content['application/json'] ?? {};
  return Object.values<{ value: unknown }>(examples).map(({ value }) => value);
}
