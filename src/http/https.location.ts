const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?$/i;
/** Origin form in visible ASCII; an absolute URL would name another host. */
const TARGET = /^\/[\x21-\x7e]*$/;

/**
 * The same resource over https: on the host that the caller named, never on another one.
 * @param portOf the port to name, from the one that the caller named
 * @returns undefined where there is no usable Host or path
 */
export function httpsLocation(
  host: string | undefined,
  target: string | undefined,
  portOf: (named: string | undefined) => number,
): string | undefined {
  const [, name, named] = HOST.exec(host ?? '') ?? [];
  if (name === undefined || target === undefined || !TARGET.test(target)) return undefined;
  const port = portOf(named);
  return `https://${name}${port === 443 ? '' : `:${port}`}${target}`;
}
