import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SCOPES } from '../principal.js';

interface Permission {
  readonly id: string;
  readonly value: string;
  readonly isEnabled: boolean;
  readonly [text: string]: unknown;
}

const file = join(process.cwd(), 'docs/entra/application.json');
const application = JSON.parse(readFileSync(file, 'utf8')) as {
  appRoles: Permission[];
  api: { requestedAccessTokenVersion: number; oauth2PermissionScopes: Permission[] };
};

describe('the application that docs/security.md registers', () => {
  const { appRoles, api } = application;

  it('gets v2 tokens with our scopes, as roles and as delegated permissions', () => {
    expect(api.requestedAccessTokenVersion).toBe(2);
    expect(appRoles.map(({ value }) => value)).toEqual(SCOPES);
    expect(api.oauth2PermissionScopes.map(({ value }) => value)).toEqual(SCOPES);
  });

  it('is what Entra accepts: a role and a scope of one name must agree in everything', () => {
    const roles = appRoles.map(({ id, value, displayName, description, isEnabled }) => {
      return [id, value, displayName, description, isEnabled];
    });
    const scopes = api.oauth2PermissionScopes.map((scope) => {
      const { id, value, adminConsentDisplayName, adminConsentDescription, isEnabled } = scope;
      return [id, value, adminConsentDisplayName, adminConsentDescription, isEnabled];
    });
    expect(scopes).toEqual(roles);
    expect(new Set(roles.map(([id]) => id)).size).toBe(SCOPES.length);
  });
});
