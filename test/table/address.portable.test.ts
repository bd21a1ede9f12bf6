import { expect, test } from 'vitest'
import { formatIPv4, formatIPv6, isLinkLocal } from '../../src/table/address.ts'

test.each([
  [0, '0.0.0.0'],
  [0x7f000001, '127.0.0.1'],
  [0xffffffff, '255.255.255.255'],
  [0xc0000201, '192.0.2.1'],
])('IPv4 %i is %s', (number, text) => {
  expect(formatIPv4(number)).toBe(text)
  expect(formatIPv4(number | 0)).toBe(text)
})

test.each<[[number, number, number, number], string]>([
  [[0, 0, 0, 0], '::'],
  [[0, 0, 0, 1], '::1'],
  [[0x20010db8, 0, 0, 1], '2001:db8::1'],
  [[0x20010db8, 0, 0x00010000, 1], '2001:db8::1:0:0:1'], // the first of two equal runs
  [[0x20010db8, 0x00010002, 0x00030004, 0x00050006], '2001:db8:1:2:3:4:5:6'],
  [[0x20010db8, 0x00000001, 0x00010001, 0x00010001], '2001:db8:0:1:1:1:1:1'], // never one group alone
  [[0xfe800000, 0, 0, 0], 'fe80::'],
  [[0, 0, 0xffff, 0x7f000001], '::ffff:127.0.0.1'],
  [[0, 0x00000001, 0, 0], '0:0:0:1::'], // the longer of two runs
])('IPv6 %j is %s', (words, text) => {
  expect(formatIPv6(words)).toBe(text)
})

test('link-local addresses are fe80::/10', () => {
  expect(isLinkLocal(0xfe800000)).toBe(true)
  expect(isLinkLocal(0xfebf0000)).toBe(true)
  expect(isLinkLocal(0xfec00000)).toBe(false)
  expect(isLinkLocal(0x20010db8)).toBe(false)
})
