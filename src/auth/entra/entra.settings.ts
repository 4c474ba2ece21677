import type { Config } from '../../config/config.module.js';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const APP_ID_URI = 'api://';

/** Which access tokens are ours. */
export interface EntraSettings {
  /** Lower-case GUID. */
  readonly tenantId: string;
  readonly metadataUrl: string;
  /** Audiences by the token's `ver`. No entry: tokens of this version are refused. */
  readonly audiences: ReadonlyMap<string, readonly string[]>;
}

/** @returns undefined when Azure AD is not configured */
export function entraSettings(config: Config): EntraSettings | undefined {
  const { AZURE_AD_TENANT_ID: tenantId, AZURE_AD_AUDIENCE: audience } = config;
  if (tenantId === undefined || audience === undefined) return undefined;
  const metadataUrl =
    config.AZURE_AD_METADATA_URL ??
    `https://login.microsoftonline.com/${tenantId}/v2.0/.well-known/openid-configuration`;
  const audiences = new Map([['2.0', [clientIdOf(audience)]]]);
  if (config.AZURE_AD_ALLOW_V1) audiences.set('1.0', v1Audiences(audience));
  return { tenantId, metadataUrl, audiences };
}

/** In v2 tokens `aud` is the client id, also where the API was registered as `api://<client id>`. */
function clientIdOf(audience: string): string {
  const id = audience.startsWith(APP_ID_URI) ? audience.slice(APP_ID_URI.length) : audience;
  return GUID.test(id) ? id : audience;
}

/** In v1 tokens `aud` is what the client asked for: the client id or the application's URI. */
function v1Audiences(audience: string): string[] {
  const id = clientIdOf(audience);
  return GUID.test(id) ? [id, `${APP_ID_URI}${id}`] : [audience];
}
