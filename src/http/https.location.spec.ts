import { describe, expect, it } from '@jest/globals';
import { httpsLocation } from './https.location.js';

const standard = () => 443;

describe('the https location of a plain request', () => {
  it.each([
    ['api.example.com', '/score?x=1', 'https://api.example.com/score?x=1'],
    ['api.example.com:8080', '/', 'https://api.example.com/'],
    ['127.0.0.1:80', '/', 'https://127.0.0.1/'],
    ['[::1]:80', '/a', 'https://[::1]/a'],
    ['api.example.com', '//elsewhere.org', 'https://api.example.com//elsewhere.org'],
  ])('of %s%s stays on the host', (host, target, location) => {
    expect(httpsLocation(host, target, standard)).toBe(location);
    expect(new URL(location).hostname).not.toMatch('elsewhere');
  });

  it('names a port other than 443', () => {
    expect(httpsLocation('a:8080', '/', (named) => Number(named) + 1)).toBe('https://a:8081/');
  });

  it.each([
    [undefined, '/'],
    ['', '/'],
    ['user@elsewhere.org', '/'],
    ['elsewhere.org/', '/'],
    ['elsewhere.org#', '/'],
    ['a b', '/'],
    ['a:port', '/'],
    ['a\\b', '/'],
    ['a', 'http://elsewhere.org/'],
    ['a', '*'],
    ['a', '/\u00e9'],
    ['a', undefined],
  ])('is refused for Host %j and target %j', (host, target) => {
    expect(httpsLocation(host, target, standard)).toBeUndefined();
  });
});
