import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type Server } from 'node:tls';
import { Logger } from '@nestjs/common';
import { audit } from '../audit/audit.js';
import { ConfigError } from '../config/config.js';

const POLL_MS = 2_000;
const DAY_MS = 86_400_000;
const WARN_DAYS = 14;
const RELOAD = {
  audit: 'certificate.reload',
  target: 'TLS_CERT_FILE',
  principal: 'system:certificate-watch',
} as const;

/** TLS 1.2 only with forward secrecy and authenticated encryption, as HTTP/2 demands. */
const POLICY = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
} as const;

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** The served certificate and its key: follows its files, and keeps a good pair over a bad one. */
export class ServedCertificate {
  readonly #logger = new Logger('Certificate');
  #current: Pair;
  /** A new pair that cannot be used; told at the second look, as the two files change one by one. */
  #refused: { readonly id: string; readonly reason: string; readonly told: boolean } | undefined;
  #warnedAt = 0;

  /** @throws ConfigError when the pair cannot be used */
  constructor(
    private readonly certFile: string,
    private readonly keyFile: string,
  ) {
    try {
      this.#current = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
      validate(this.#current);
    } catch (error) {
      throw new ConfigError([`TLS_CERT_FILE, TLS_KEY_FILE: cannot be used (${reasonOf(error)})`]);
    }
  }

  get validTo(): Date {
    return endOf(this.#current);
  }

  get options() {
    return { ...POLICY, ...this.#current };
  }

  /** Polls, which sees what events miss: Kubernetes swaps a link two folders up. */
  follow(server: Server): void {
    let timer: NodeJS.Timeout;
    server.once('listening', () => {
      this.#logger.log(this.#validity('serving the certificate'));
      this.#warnAnew();
      timer = setInterval(() => void this.#look(server), POLL_MS).unref();
    });
    server.once('close', () => clearInterval(timer));
  }

  async #look(server: Server): Promise<void> {
    this.#warnOfExpiry();
    try {
      const [cert, key] = await Promise.all([
        readFile(this.certFile, 'utf8'),
        readFile(this.keyFile, 'utf8'),
      ]);
      this.#take({ cert, key }, server);
    } catch (error) {
      this.#refuse('unreadable', reasonOf(error));
    }
  }

  #take(pair: Pair, server: Server): void {
    const id = pair.cert + pair.key;
    if (id === this.#current.cert + this.#current.key) {
      this.#refused = undefined;
    } else if (id === this.#refused?.id) {
      this.#refuse(id, this.#refused.reason);
    } else {
      try {
        validate(pair);
      } catch (error) {
        return this.#refuse(id, reasonOf(error));
      }
      this.#current = pair;
      this.#refused = undefined;
      // Connections keep what they negotiated; new ones get the new certificate.
      server.setSecureContext(this.options);
      audit({ ...RELOAD, result: 'done' }, this.#validity('took over the new certificate'));
      this.#warnAnew();
    }
  }

  #refuse(id: string, reason: string): void {
    const again = this.#refused?.id === id;
    if (again && this.#refused?.told === false) {
      audit(
        { ...RELOAD, result: 'refused', reason },
        `the new certificate cannot be used (${reason}): the old one stays`,
      );
    }
    this.#refused = { id, reason, told: again };
  }

  #validity(what: string): string {
    return `${what}, valid until ${endOf(this.#current).toISOString()}`;
  }

  #warnAnew(): void {
    this.#warnedAt = 0;
    this.#warnOfExpiry();
  }

  /** Once a day in the last days. */
  #warnOfExpiry(): void {
    const now = Date.now();
    const days = Math.floor((endOf(this.#current).getTime() - now) / DAY_MS);
    if (days >= WARN_DAYS || now - this.#warnedAt < DAY_MS) return;
    this.#warnedAt = now;
    const when = days < 0 ? 'has expired' : `expires in ${days} days`;
    this.#logger.warn(`the certificate ${when}: put a new one in its place`);
  }
}

/** @throws when a PEM is broken or the key is not the certificate's */
function validate(pair: Pair): void {
  createSecureContext(pair);
  endOf(pair);
}

function endOf({ cert }: Pair): Date {
  return new Date(new X509Certificate(cert).validTo);
}

/** Codes only: messages may name paths or repeat content. */
function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'malformed';
}
