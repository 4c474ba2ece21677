// Microsoft sends the popup here; the answer in its address goes to the page that opened it.
await import('./vendor/redirect-bridge/msal-redirect-bridge.min.js');
await globalThis.msalRedirectBridge.broadcastResponseToMainFrame().catch(() => globalThis.close());
