import { type ApiKeyEntry, ApiKeyFileError, KEY_FILE_NAME } from '../auth/api-key.file.js';
import { serializeKeyFile } from './keys.store.js';

/** Key Vault takes 25 kB a secret. */
const KEY_VAULT_BYTES = 25_000;

export interface SecretName {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** A manifest for `kubectl apply`: mounted, the Secret is a folder with the key file in it. */
export function kubernetesSecret(
  entries: readonly ApiKeyEntry[],
  { name, namespace }: SecretName,
): string {
  const content = Buffer.from(serializeKeyFile(entries)).toString('base64');
  const lines = [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${JSON.stringify(namespace)}`]),
    '  labels:',
    '    app.kubernetes.io/name: nestor',
    'type: Opaque',
    'data:',
    `  ${KEY_FILE_NAME}: ${content}`,
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * The key file on one line and without a line's end, as a secret's value.
 * @throws ApiKeyFileError when Key Vault would not take it
 */
export function keyVaultValue(entries: readonly ApiKeyEntry[]): string {
  const value = JSON.stringify({ keys: entries });
  if (Buffer.byteLength(value) <= KEY_VAULT_BYTES) return value;
  throw new ApiKeyFileError(
    `the keys make ${Buffer.byteLength(value)} bytes and Key Vault takes ${KEY_VAULT_BYTES}: ` +
      'revoke expired ones, or keep the file in a Kubernetes Secret',
  );
}
