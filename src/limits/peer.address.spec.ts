import { describe, expect, it } from '@jest/globals';
import { peerOf } from './peer.address.js';

describe('peer addresses', () => {
  it('takes an IPv4 address as it is, also where it is mapped into IPv6', () => {
    expect(peerOf('203.0.113.7')).toBe('203.0.113.7');
    expect(peerOf('::ffff:203.0.113.7')).toBe('203.0.113.7');
  });

  it('takes an IPv6 address by its /64, however it is written', () => {
    const same = [
      '2001:db8:0:1::1',
      '2001:DB8:0:1:ffff:ffff:ffff:ffff',
      '2001:0db8:0000:0001:0:0:0:2',
      '2001:db8::1:0:0:0:2',
      '2001:db8:0:1::192.0.2.1',
    ];
    expect(new Set(same.map(peerOf))).toEqual(new Set(['2001:db8:0:1::/64']));
    expect(peerOf('2001:db8:0:2::1')).toBe('2001:db8:0:2::/64');
    expect(peerOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(peerOf('::1')).toBe('0:0:0:0::/64');
  });

  it('takes what is no address as it is', () => {
    expect(peerOf('')).toBe('');
    expect(peerOf('unix')).toBe('unix');
  });
});
