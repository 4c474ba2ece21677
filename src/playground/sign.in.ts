import type { Config } from '../config/config.schema.js';

/** What the page needs to let people sign in with Microsoft. */
export interface SignIn {
  readonly clientId: string;
  readonly authority: string;
  readonly scopes: readonly string[];
}

export type SignInSettings = Pick<
  Config,
  'AZURE_AD_CLIENT_ID' | 'AZURE_AD_TENANT_ID' | 'AZURE_AD_AUDIENCE' | 'AZURE_AD_METADATA_URL'
>;

const WORLDWIDE = 'https://login.microsoftonline.com';

/** `undefined` unless the tenant, the API and the client are all configured. */
export function signInOf(settings: SignInSettings): SignIn | undefined {
  const { AZURE_AD_CLIENT_ID: clientId, AZURE_AD_TENANT_ID: tenant } = settings;
  const { AZURE_AD_AUDIENCE: audience, AZURE_AD_METADATA_URL: metadata } = settings;
  if (clientId === undefined || tenant === undefined || audience === undefined) return undefined;
  // A sovereign cloud has its sign-in page where its metadata is.
  const origin = metadata === undefined ? WORLDWIDE : new URL(metadata).origin;
  return { clientId, authority: `${origin}/${tenant}`, scopes: [`${audience}/.default`] };
}
