/** What was wrong with the identity provider; says nothing that came from it. */
export type IssuerFaultCode =
  | 'unreachable'
  | 'timed-out'
  | 'bad-status'
  | 'too-large'
  | 'not-json'
  | 'unexpected-metadata'
  /** The metadata is not that of the configured tenant. */
  | 'other-tenant'
  | 'unexpected-keys'
  | 'no-usable-key';

export class IssuerFault extends Error {
  override readonly name = 'IssuerFault';

  constructor(
    readonly code: IssuerFaultCode,
    /** A status or an error code of Node. */
    detail?: string | number,
  ) {
    super(detail === undefined ? code : `${code}: ${detail}`);
  }
}
