/** The page to which the popup comes back; it is registered with Microsoft for this client. */
const REDIRECT = new URL('signed-in.html', import.meta.url).href;

/**
 * Signs people in with Microsoft's library. Its tokens stay in memory.
 * @param {{clientId: string, authority: string, scopes: string[]}} settings
 */
export async function createSignIn({ clientId, authority, scopes }) {
  await import('./vendor/msal-browser.min.js');
  const { PublicClientApplication, InteractionRequiredAuthError, CacheLookupPolicy } =
    globalThis.msal;
  const client = new PublicClientApplication({
    auth: {
      clientId,
      authority,
      knownAuthorities: [new URL(authority).host],
      redirectUri: REDIRECT,
    },
    cache: { cacheLocation: 'memoryStorage' },
  });
  await client.initialize();
  // A popup that was closed cannot be noticed, so a new attempt takes its place.
  const popup = { scopes, overrideInteractionInProgress: true };
  let account;

  return {
    /** @returns {Promise<string>} the name to show */
    async signIn() {
      ({ account } = await client.acquireTokenPopup({ ...popup, prompt: 'select_account' }));
      return account.name ?? account.username;
    },
    async signOut() {
      await client.clearCache({ account });
      account = undefined;
    },
    /** A token that is still good; asks again only when Microsoft wants it. */
    async token() {
      // No hidden frame: the content security policy of this page allows none.
      const cacheLookupPolicy = CacheLookupPolicy.AccessTokenAndRefreshToken;
      const answer = await client
        .acquireTokenSilent({ scopes, account, cacheLookupPolicy })
        .catch((error) => {
          if (!(error instanceof InteractionRequiredAuthError)) throw error;
          return client.acquireTokenPopup({ ...popup, account });
        });
      return answer.accessToken;
    },
  };
}
