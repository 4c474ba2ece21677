/** Why a token was refused: for the log. The caller is never told (docs/security.md). */
export type Refusal =
  /** Several Authorization headers. */
  | 'duplicated-header'
  /** An Authorization header that is not `Bearer` and one token. */
  | 'not-bearer'
  /** `access_token` in the query. */
  | 'token-in-query'
  | 'too-long'
  /** Not three parts of base64url that hold JSON. */
  | 'malformed'
  | 'algorithm'
  | 'no-key-id'
  /** The issuer has no key of this name. */
  | 'unknown-key'
  | 'version'
  | 'tenant'
  | 'issuer'
  | 'audience'
  | 'no-expiry'
  | 'expired'
  | 'not-yet-valid'
  /** No object id. */
  | 'identity'
  /** `idtyp` and `scp` contradict each other. */
  | 'token-kind'
  /** The library refused it, after all claims had looked right: the signature. */
  | 'signature';
